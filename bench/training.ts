/**
 * Our training beside scikit-learn's and XGBoost's: the same rows, the same splits, one run, a process for each fit.
 * `node bench/training.ts [data set …]`, all of them by default; BENCH_LIMIT_SEC bounds a single fit (default 1500). A
 * fit of less than 15 s is made three times and the fastest counts. What costs is measured on the first split; the
 * quality of short tables on all of their splits, the others of which a process fits one after the other.
 *
 * The references are Debian's python3-sklearn and python3-xgboost; without them their columns say so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASETS, splitsOf } from './training/data.ts';
import {
  JUDGED,
  type Measured,
  OWN,
  type Own,
  REFERENCES,
  type Reference,
  type Result,
} from './training/result.ts';
import { COST_HEADER, costRow, QUALITY_HEADER, qualityRows } from './training/rows.ts';

const PYTHON = '/usr/bin/python3';
const REPEATS = 3;
const SHORT_SECONDS = 15;
const LIMIT_MS = Number(process.env['BENCH_LIMIT_SEC'] ?? 1500) * 1000;
/** A forest of the largest set takes longer than all else that is measured of it. */
const WITHOUT_FOREST = ['million'];

const hasSklearn = hasModule('sklearn');
const hasXgboost = hasSklearn && hasModule('xgboost');
if (!hasSklearn) process.stdout.write('python3-sklearn is not installed: no references.\n');
else if (!hasXgboost) process.stdout.write('python3-xgboost is not installed: no XGBoost.\n');

const names = process.argv.length > 2 ? process.argv.slice(2) : DATASETS;
const qualityTable: string[] = [];
const costTable: string[] = [];
for (const name of names) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-training-'));
  try {
    // Elsewhere: Linux counts what a process held at its child's start into the child's peak.
    execFileSync(process.execPath, [script('training/write.ts'), name, folder], { stdio: 'inherit' });
    const splits = splitsOf(name).map(String);
    const ours = (what: Own) => measure(process.execPath, [script('training/own.ts'), name], what, splits);
    const theirs = (what: Reference) =>
      hasReference(what, name)
        ? measure(PYTHON, [script('training/reference.py'), folder], what, splits)
        : undefined;
    const own = Object.fromEntries(OWN.map((what) => [what, ours(what)])) as Measured<Own>;
    const references = Object.fromEntries(
      REFERENCES.map((what) => [what, theirs(what)]),
    ) as Measured<Reference>;
    const quality = qualityRows(name, own, references);
    const cost = costRow(name, own, references);
    qualityTable.push(...quality);
    costTable.push(cost);
    process.stdout.write(`${[...quality, cost].join('\n')}\n\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(
  ['', ...QUALITY_HEADER, ...qualityTable, '', ...COST_HEADER, ...costTable, ''].join('\n'),
);

function hasModule(module: string): boolean {
  return spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;
}

function hasReference(what: Reference, dataset: string): boolean {
  if (what === 'random_forest' && WITHOUT_FOREST.includes(dataset)) return false;
  return what === 'xgboost' ? hasXgboost : hasSklearn;
}

function script(path: string): string {
  return new URL(path, import.meta.url).pathname;
}

/** Of each split, the first by itself; undefined where one failed. */
function measure(
  program: string,
  args: readonly string[],
  what: Own | Reference,
  [first = '', ...others]: readonly string[],
): Result[] | undefined {
  const cost = fastest(program, [...args, what, first]);
  if (!cost || others.length === 0 || !JUDGED.includes(what)) return cost && [cost];
  const rest = run(program, [...args, what, ...others]);
  return rest && [cost, ...rest];
}

/** A short fit is repeated, ours and theirs alike: its first run may have met something else on the machine. */
function fastest(program: string, args: string[]): Result | undefined {
  let best = run(program, args)?.[0];
  for (let i = 1; i < REPEATS && best && best.seconds < SHORT_SECONDS; i++) {
    const again = run(program, args)?.[0];
    if (again && again.seconds < best.seconds) best = again;
  }
  return best;
}

/** undefined, after saying why: it took longer than the limit, or failed. */
function run(program: string, args: string[]): Result[] | undefined {
  try {
    const out = execFileSync(program, args, {
      timeout: LIMIT_MS,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.stderr.write(`${args.slice(1).join(' ')} ${out}`);
    return out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Result);
  } catch (error) {
    process.stderr.write(`${args.join(' ')}: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}
