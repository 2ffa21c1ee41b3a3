/**
 * Our training beside scikit-learn's and XGBoost's: the same rows, the same split, one run, a process for each fit.
 * `node bench/training.ts [data set …]`, all of them by default; BENCH_LIMIT_SEC bounds a single fit (default 1500). A
 * fit of less than 15 s is made three times and the fastest counts.
 *
 * The references are Debian's python3-sklearn and python3-xgboost; without them their columns say so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASETS } from './training/data.ts';

interface Result {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_mb: number;
  readonly accuracy?: number;
  readonly roc_auc?: number;
  readonly log_loss?: number;
  readonly r2?: number;
  readonly mae?: number;
  readonly rows_per_second?: number;
  readonly algorithm?: { readonly name: string };
}

const PYTHON = '/usr/bin/python3';
const REPEATS = 3;
const SHORT_SECONDS = 15;
const LIMIT_MS = Number(process.env['BENCH_LIMIT_SEC'] ?? 1500) * 1000;
const OWN = ['light', 'heavy', 'linear', 'boosted'] as const;
const REFERENCES = ['linear', 'hist_gradient_boosting', 'same_settings', 'random_forest', 'xgboost'] as const;
const QUALITIES = ['accuracy', 'roc_auc', 'log_loss', 'r2', 'mae'] as const;
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
    const own = Object.fromEntries(
      OWN.map((what) => [what, fastest(process.execPath, [script('training/own.ts'), name, what])]),
    ) as Record<(typeof OWN)[number], Result | undefined>;
    const theirs = Object.fromEntries(
      REFERENCES.map((what) => [
        what,
        hasReference(what, name)
          ? fastest(PYTHON, [script('training/reference.py'), folder, what])
          : undefined,
      ]),
    ) as Record<(typeof REFERENCES)[number], Result | undefined>;
    qualityTable.push(...qualityRows(name, own, theirs));
    costTable.push(costRow(name, own, theirs));
    process.stdout.write(
      `${[...qualityTable.filter((row) => row.startsWith(`| ${name} |`)), costTable.at(-1)].join('\n')}\n\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(
  [
    '',
    'Quality on the test rows. Δ: heavy less the best reference (of log loss: the best less heavy; of mae: that as a share of the best); above 0 is ahead.',
    '',
    '| data set | figure | light | heavy | heavy chose | linear | HistGB | RandomForest | XGBoost | Δ |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...qualityTable,
    '',
    'Seconds of wall time (of processor time), peak MB. "fit": one fit on all rows, of linear ones the fastest within a second; light and heavy are whole runs.',
    '',
    '| data set | light | heavy | linear fit, ours / theirs | ratio | boosted fit, ours / HistGB, same settings | ratio | MB | ratio | RandomForest | XGBoost | rows/s, 100 rounds |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...costTable,
    '',
  ].join('\n'),
);

function hasModule(module: string): boolean {
  return spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;
}

function hasReference(what: (typeof REFERENCES)[number], dataset: string): boolean {
  if (what === 'random_forest' && WITHOUT_FOREST.includes(dataset)) return false;
  return what === 'xgboost' ? hasXgboost : hasSklearn;
}

function script(path: string): string {
  return new URL(path, import.meta.url).pathname;
}

/** A short fit is repeated, ours and theirs alike: its first run may have met something else on the machine. */
function fastest(program: string, args: string[]): Result | undefined {
  let best = run(program, args);
  for (let i = 1; i < REPEATS && best && best.seconds < SHORT_SECONDS; i++) {
    const again = run(program, args);
    if (again && again.seconds < best.seconds) best = again;
  }
  return best;
}

/** undefined, after saying why: it took longer than the limit, or failed. */
function run(program: string, args: string[]): Result | undefined {
  try {
    const out = execFileSync(program, args, {
      timeout: LIMIT_MS,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.stderr.write(`${args.slice(1).join(' ')} ${out}`);
    return JSON.parse(out) as Result;
  } catch (error) {
    process.stderr.write(`${args.join(' ')}: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

function qualityRows(
  name: string,
  own: Record<(typeof OWN)[number], Result | undefined>,
  theirs: Record<(typeof REFERENCES)[number], Result | undefined>,
): string[] {
  const shown = ['linear', 'hist_gradient_boosting', 'random_forest', 'xgboost'] as const;
  return QUALITIES.filter((figure) => own.light?.[figure] !== undefined).map((figure) => {
    const sign = figure === 'log_loss' || figure === 'mae' ? -1 : 1;
    const references = shown.map((what) => theirs[what]?.[figure]);
    const best = Math.max(
      ...references.map((value) => (value === undefined ? Number.NEGATIVE_INFINITY : sign * value)),
    );
    const heavy = own.heavy?.[figure];
    const difference = heavy === undefined || !Number.isFinite(best) ? undefined : sign * heavy - best;
    const ahead = difference !== undefined && figure === 'mae' ? difference / -best : difference;
    const cells = [
      name,
      figure,
      decimal(own.light?.[figure]),
      decimal(heavy),
      own.heavy?.algorithm?.name ?? '–',
      ...references.map(decimal),
      ahead === undefined ? '–' : `${ahead >= 0 ? '+' : ''}${ahead.toFixed(4)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

function costRow(
  name: string,
  own: Record<(typeof OWN)[number], Result | undefined>,
  theirs: Record<(typeof REFERENCES)[number], Result | undefined>,
): string {
  const cells = [
    name,
    time(own.light),
    time(own.heavy),
    `${time(own.linear)} / ${time(theirs.linear)}`,
    ratio(own.linear?.seconds, theirs.linear?.seconds),
    `${time(own.boosted)} / ${time(theirs.same_settings)}`,
    ratio(own.boosted?.seconds, theirs.same_settings?.seconds),
    `${whole(own.boosted?.peak_mb)} / ${whole(theirs.same_settings?.peak_mb)}`,
    ratio(own.boosted?.peak_mb, theirs.same_settings?.peak_mb),
    time(theirs.random_forest),
    time(theirs.xgboost),
    whole(own.boosted?.rows_per_second),
  ];
  return `| ${cells.join(' | ')} |`;
}

function time(result: Result | undefined): string {
  return result ? `${result.seconds.toFixed(2)} (${result.cpu_seconds.toFixed(1)})` : '–';
}

function decimal(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(value < 100 ? 4 : 1);
}

function whole(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(0);
}

function ratio(a: number | undefined, b: number | undefined): string {
  return a === undefined || b === undefined ? '–' : (a / b).toFixed(2);
}
