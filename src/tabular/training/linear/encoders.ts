import type { DatePart, InputColumn, LinearEncoder } from '../../document.ts';
import { datePartAsCategory } from '../../scoring/design.ts';
import { type CategoryInput, datePart, type InputData } from '../../values/inputs.ts';

/** Labels with a feature of their center; rarer ones share one. */
const MAX_LABELS = 50;

/**
 * Learns how to turn inputs into features: numbers are standardised, with a flag where some are missing;
 * categories become one-hot groups of their most frequent labels; datetimes become elapsed time, year and day as
 * numbers, month, weekday and hour as categories. What is constant in these rows gets no feature.
 *
 * @param rows the training rows
 */
export function fitLinearEncoders(
  columns: readonly InputColumn[],
  inputs: readonly InputData[],
  rows: Int32Array,
): LinearEncoder[] {
  return inputs.flatMap((data, input): LinearEncoder[] => {
    if (data.kind === 'category') return oneHot(data, input, rows);
    if (columns[input]!.type === 'number') return standard(data.values, input, rows);
    return [
      ...NUMBER_PARTS.flatMap((part) => standard(datePart(data.values, part), input, rows, part)),
      ...CATEGORY_PARTS.flatMap((part) => oneHot(datePartAsCategory(data, part), input, rows, part)),
    ];
  });
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

function oneHot(
  { codes, labels }: CategoryInput,
  input: number,
  rows: Int32Array,
  part?: DatePart,
): LinearEncoder[] {
  const counts = new Int32Array(labels.length);
  let missing = 0;
  for (const row of rows) {
    if (codes[row]! < 0) missing++;
    else counts[codes[row]!]!++;
  }
  const present = labels.map((_, code) => code).filter((code) => counts[code]! > 0);
  present.sort((a, b) => counts[b]! - counts[a]! || a - b);
  if (present.length + Number(missing > 0) < 2) return [];
  return [
    {
      kind: 'one_hot',
      input,
      ...(part && { part }),
      labels: present.slice(0, MAX_LABELS).map((code) => labels[code]!),
      other: present.length > MAX_LABELS,
      missing: missing > 0 && part === undefined,
    },
  ];
}
