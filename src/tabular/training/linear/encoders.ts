import type { DatePart, InputColumn, LinearEncoder } from '../../document.ts';
import { datePartAsCategory } from '../../scoring/design.ts';
import { type CategoryInput, datePart, type InputData } from '../../values/inputs.ts';

/** A column's labels have at most so many features, */
const MAX_FEATURES = 8192;
/** and the weights of all columns' labels at most so many numbers: they are kept with the model. */
const MAX_WEIGHTS = 2 ** 20;
const MIN_FEATURES = 64;
/** Of the features, where labels are more than these: as many are shared. */
const SHARED = 1 / 4;

/**
 * Learns how to turn inputs into features: numbers are standardised, with a flag where some are missing;
 * categories become one-hot groups of all their labels; datetimes become elapsed time, year and day as numbers, month,
 * weekday and hour as categories. What is constant in these rows gets no feature.
 *
 * @param rows the training rows
 * @param classes how many; 0 for regression
 */
export function fitLinearEncoders(
  columns: readonly InputColumn[],
  inputs: readonly InputData[],
  rows: Int32Array,
  classes: number,
): LinearEncoder[] {
  const categories = inputs.filter(({ kind }) => kind === 'category').length;
  const bounds: LabelBounds = {
    features: maxLabelFeatures(categories, classes > 2 ? classes : 1),
    leastRows: classes > 0 ? 2 : 1,
  };
  return inputs.flatMap((data, input): LinearEncoder[] => {
    if (data.kind === 'category') return oneHot(data, input, rows, bounds);
    if (columns[input]!.type === 'number') return standard(data.values, input, rows);
    return [
      ...NUMBER_PARTS.flatMap((part) => standard(datePart(data.values, part), input, rows, part)),
      ...CATEGORY_PARTS.flatMap((part) => oneHot(datePartAsCategory(data, part), input, rows, bounds, part)),
    ];
  });
}

/** How many features a column's labels may have. */
export function maxLabelFeatures(categoryColumns: number, outputs: number): number {
  const affordable = Math.floor(MAX_WEIGHTS / (outputs * categoryColumns));
  return Math.min(MAX_FEATURES, Math.max(MIN_FEATURES, affordable));
}

const NUMBER_PARTS = ['time', 'year', 'day'] as const satisfies readonly DatePart[];
const CATEGORY_PARTS = ['month', 'weekday', 'hour'] as const satisfies readonly DatePart[];

function standard(values: Float64Array, input: number, rows: Int32Array, part?: DatePart): LinearEncoder[] {
  const { count, mean, deviation } = moments(values, rows);
  const flag = count < rows.length && part !== 'year' && part !== 'day';
  const isConstant = deviation <= 1e-12 * Math.abs(mean);
  if (isConstant && !flag) return [];
  return [
    {
      kind: 'standard',
      input,
      ...(part && { part }),
      mean,
      scale: isConstant ? 1 : deviation,
      flag,
    },
  ];
}

interface Moments {
  /** Values that are not missing. */
  readonly count: number;
  readonly mean: number;
  /** Of the population: divided by the count, not by one less. */
  readonly deviation: number;
}

/** So many values are enough to find about where a column lies. */
const SHIFT_ROWS = 1000;

/**
 * In one pass around a provisional mean, so that a mean far from 0 costs no digits (Chan, Golub & LeVeque, 1983); squares
 * of huge values stay finite.
 */
function moments(values: Float64Array, rows: Int32Array, unit = 1): Moments {
  const provisional = sums(values, rows.subarray(0, SHIFT_ROWS), 0, unit);
  const center = provisional.count > 0 ? provisional.sum / provisional.count : 0;
  const { count, sum, squares } = sums(values, rows, center, unit);
  if (count === 0) return { count, mean: 0, deviation: 0 };
  const offset = sum / count;
  const variance = Math.max(0, squares / count - offset * offset);
  if (!Number.isFinite(variance)) {
    return unit > 1 ? { count, mean: 0, deviation: Number.MAX_VALUE } : moments(values, rows, 1e150);
  }
  return { count, mean: (center + offset) * unit, deviation: Math.sqrt(variance) * unit };
}

/** Of value / unit − center, over the rows where it is not missing. */
function sums(values: Float64Array, rows: Int32Array, center: number, unit: number) {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const difference = values[rows[i]!]! / unit - center;
    if (Number.isNaN(difference)) continue;
    count++;
    sum += difference;
    squares += difference * difference;
  }
  return { count, sum, squares };
}

interface LabelBounds {
  /** Of a column. */
  readonly features: number;
  /** That a label of its own feature has; one row tells of a class next to nothing. */
  readonly leastRows: number;
}

/**
 * Labels of too few rows have one feature together, which any label that training did not see has too. Where labels are
 * more than features, the most frequent have one each and the others share the rest by their hash (Weinberger et al.,
 * 2009).
 */
function oneHot(
  { codes, labels }: CategoryInput,
  input: number,
  rows: Int32Array,
  { features, leastRows }: LabelBounds,
  part?: DatePart,
): LinearEncoder[] {
  const counts = new Int32Array(labels.length);
  let missing = 0;
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]!]!;
    if (code < 0) missing++;
    else counts[code]!++;
  }
  const present = [...labels.keys()].filter((code) => counts[code]! > 0);
  if (present.length + Number(missing > 0) < 2) return [];
  const frequent = present.filter((code) => counts[code]! >= leastRows);
  const other = present.length - frequent.length > 1;
  const kept = other ? frequent : present;
  kept.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const shared = kept.length > features ? Math.floor(features * SHARED) : 0;
  const names = kept.map((code) => labels[code]!);
  const own = shared > 0 ? features - shared : names.length;
  return [
    {
      kind: 'one_hot',
      input,
      ...(part && { part }),
      labels: names.slice(0, own),
      ...(shared > 0 && { hashed: { features: shared, labels: names.slice(own) } }),
      other,
      missing: missing > 0 && part === undefined,
    },
  ];
}
