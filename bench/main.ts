/**
 * `npm run bench [-- --only NAME …] [--quick]` measures and writes docs/benchmarks.json and the page made of it.
 * `npm run bench:check` measures again and compares the ratios with those written down; `npm run docs:benchmarks`
 * only makes the page anew.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { PARTS, type PartName } from './parts.ts';
import { report } from './report.ts';
import { here, type PartResult, type Results } from './results.ts';
import { verdict } from './verdict.ts';

const DOCS = new URL('../docs/', import.meta.url);
const JSON_FILE = new URL('benchmarks.json', DOCS);
const CHILD = fileURLToPath(new URL('part.child.ts', import.meta.url));

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [...PARTS] },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});

function written(): Results | undefined {
  try {
    return JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** In a process of its own: none finds another's memory, compiled code or instruments. */
async function measure(name: PartName): Promise<PartResult> {
  const child = fork(CHILD, [name, ...(options.quick ? ['quick'] : [])], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let result: PartResult | undefined;
  child.on('message', (message) => {
    result = message as PartResult;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 || result === undefined) throw new Error(`${name} ended with ${code}`);
  return result;
}

function show(name: PartName, { figures, ratios }: PartResult): void {
  process.stdout.write(`\n${name}\n`);
  for (const entry of [...ratios, ...figures]) {
    const unit = 'unit' in entry ? ` ${entry.unit}` : '';
    process.stdout.write(
      `  ${entry.name.padEnd(56)} ${String(entry.median).padStart(9)}${unit} (${entry.low} – ${entry.high})\n`,
    );
  }
}

/** @returns whether none has become worse */
function compare(name: PartName, before: PartResult | undefined, now: PartResult): boolean {
  // What was measured in a hurry is no measure for what was not.
  const comparable = before?.quick === now.quick ? before.ratios : [];
  const verdicts = now.ratios.map((ratio) => {
    const earlier = comparable.find((other) => other.name === ratio.name);
    return { ratio, earlier, word: earlier === undefined ? 'new' : verdict(earlier, ratio) };
  });
  for (const { ratio, earlier, word } of verdicts)
    process.stdout.write(
      `  ${word.padEnd(10)} ${name}: ${ratio.name}: ${earlier?.median ?? '–'} before, now ${ratio.median} (${ratio.low} – ${ratio.high})\n`,
    );
  return verdicts.every(({ word }) => word !== 'worse');
}

function write(results: Results): void {
  writeFileSync(JSON_FILE, `${JSON.stringify(results, undefined, 2)}\n`);
  mkdirSync(new URL('benchmarks/', DOCS), { recursive: true });
  for (const [path, text] of report(results)) writeFileSync(new URL(path, DOCS), text);
}

const unknown = options.only.filter((name) => !(PARTS as readonly string[]).includes(name));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
const before = written();
const machine = here();
// What another machine or other versions gave has no place beside what is measured now.
const kept = isDeepStrictEqual({ ...before, parts: undefined }, { ...machine, parts: undefined })
  ? before?.parts
  : {};
let results: Results = { ...machine, parts: kept ?? {} };
let isWorse = false;
for (const name of PARTS.filter((part) => options.only.includes(part))) {
  const result = await measure(name);
  show(name, result);
  if (options.check) isWorse = !compare(name, before?.parts[name], result) || isWorse;
  results = { ...results, parts: { ...results.parts, [name]: result } };
  // After each: what was measured before a failure is kept.
  if (!options.check) write(results);
}
if (isWorse) process.exitCode = 1;
