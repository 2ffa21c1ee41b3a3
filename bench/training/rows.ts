import { type Measured, type Own, type Reference, type Result, RIVALS } from './result.ts';

const FIGURES = ['accuracy', 'roc_auc', 'log_loss', 'r2', 'mae'] as const;
type Figure = (typeof FIGURES)[number];

export const QUALITY_HEADER = [
  'Quality on the test rows; of several splits the mean ± its standard error. Δ: heavy less the best reference (of log loss: the best less heavy; of mae: that as a share of the best), split by split; above 0 is ahead.',
  '',
  '| data | splits | figure | light | heavy | heavy chose | linear | HistGB | RandomForest | XGBoost | Δ |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];

export const COST_HEADER = [
  'Seconds of wall time (of processor time), peak MB, of the first split. "fit": one fit on all rows, of linear ones the fastest within a second; light and heavy are whole runs.',
  '',
  '| data | light | heavy | linear fit, ours / theirs | ratio | boosted fit, ours / HistGB, same settings | ratio | MB | ratio | RandomForest | XGBoost | rows/s, 100 rounds |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];

export function qualityRows(name: string, own: Measured<Own>, theirs: Measured<Reference>): string[] {
  const heavy = own.heavy ?? [];
  return FIGURES.filter((figure) => figuresOf(own.light, figure)).map((figure) => {
    const rivals = RIVALS.map((rival) => figuresOf(theirs[rival], figure));
    const cells = [
      name,
      String(heavy.length),
      figure,
      spread(figuresOf(own.light, figure)),
      spread(figuresOf(heavy, figure)),
      choices(heavy),
      ...rivals.map(spread),
      lead(figure, figuresOf(heavy, figure), rivals),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

/** Of each split; undefined where the task has no such figure. */
function figuresOf(results: readonly Result[] | undefined, figure: Figure): number[] | undefined {
  const values = results?.map((result) => result[figure]);
  return values?.length && values.every((value) => value !== undefined) ? values : undefined;
}

/** What heavy chose, and of several splits how often. */
function choices(heavy: readonly Result[]): string {
  const byName = Map.groupBy(heavy, ({ algorithm }) => algorithm?.name ?? '–');
  if (byName.size <= 1) return [...byName.keys()][0] ?? '–';
  return [...byName]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, { length }]) => `${name} ${length}`)
    .join(', ');
}

/** By how much the first is ahead of the best of the others, which is the one of the best mean. */
function lead(
  figure: Figure,
  heavy: readonly number[] | undefined,
  rivals: readonly (readonly number[] | undefined)[],
): string {
  const sign = figure === 'log_loss' || figure === 'mae' ? -1 : 1;
  const best = rivals.filter((values) => values !== undefined).sort((a, b) => sign * (mean(b) - mean(a)))[0];
  if (!heavy || !best) return '–';
  const unit = figure === 'mae' ? mean(best) : 1;
  const differences = heavy.map((value, split) => (sign * (value - best[split]!)) / unit);
  return `${mean(differences) >= 0 ? '+' : ''}${spread(differences)}`;
}

function spread(values: readonly number[] | undefined): string {
  if (!values) return '–';
  if (values.length === 1) return decimal(mean(values));
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return `${decimal(centre)} ± ${decimal(Math.sqrt(variance / values.length))}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function costRow(name: string, own: Measured<Own>, theirs: Measured<Reference>): string {
  const [light, heavy, linear, boosted] = [own.light, own.heavy, own.linear, own.boosted].map(first);
  const [linearFit, sameSettings] = [theirs.linear, theirs.same_settings].map(first);
  const cells = [
    name,
    time(light),
    time(heavy),
    `${time(linear)} / ${time(linearFit)}`,
    ratio(linear?.seconds, linearFit?.seconds),
    `${time(boosted)} / ${time(sameSettings)}`,
    ratio(boosted?.seconds, sameSettings?.seconds),
    `${whole(boosted?.peak_mb)} / ${whole(sameSettings?.peak_mb)}`,
    ratio(boosted?.peak_mb, sameSettings?.peak_mb),
    time(first(theirs.random_forest)),
    time(first(theirs.xgboost)),
    whole(boosted?.rows_per_second),
  ];
  return `| ${cells.join(' | ')} |`;
}

function first(results: readonly Result[] | undefined): Result | undefined {
  return results?.[0];
}

function time(result: Result | undefined): string {
  return result ? `${result.seconds.toFixed(2)} (${result.cpu_seconds.toFixed(1)})` : '–';
}

function decimal(value: number): string {
  return value.toFixed(Math.abs(value) < 100 ? 4 : 1);
}

function whole(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(0);
}

function ratio(a: number | undefined, b: number | undefined): string {
  return a === undefined || b === undefined ? '–' : (a / b).toFixed(2);
}
