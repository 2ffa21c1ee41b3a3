import { formReader, parseDate, quantile } from '#tabular';
import type {
  ColumnProfile,
  Distribution,
  Distributions,
  Histogram,
  TopValues,
} from '../../vocabulary/tables.ts';
import type { Cell, RowSample } from './row-sampler.ts';

const MAX_BINS = 20;
const MAX_VALUES = 10;
const MAX_TEXT = 50;
const DAY_MS = 86_400_000;
/** Beyond it, halves are no doubles. */
const MAX_WHOLE = 2 ** 50;

type Cells = readonly Cell[];

/** How the values of each column are spread, as far as the sampled rows tell. */
export function distributionsOf(
  columns: readonly ColumnProfile[],
  { rows, cells }: RowSample,
): Distributions {
  return { rows, columns: columns.map((column) => distributionOf(column, cells.get(column.name) ?? [])) };
}

function distributionOf(column: ColumnProfile, cells: Cells): Distribution | null {
  const { type, min, max } = column;
  if (type !== 'number' && type !== 'datetime') return topValues(cells);
  const read = readerOf(column);
  const values = new Float64Array(numbersIn(cells, read)).sort();
  return values.length === 0 ? null : histogram(type, values, numbersIn([min, max], read));
}

function numbersIn(cells: Cells, read: (cell: string) => number | undefined): number[] {
  const numbers: number[] = [];
  for (const cell of cells) {
    const value = typeof cell === 'string' ? read(cell) : cell;
    if (Number.isFinite(value)) numbers.push(value as number);
  }
  return numbers;
}

function readerOf({ type, form }: ColumnProfile): (cell: string) => number | undefined {
  if (form) return formReader(form);
  return type === 'number' ? Number : parseDate;
}

interface Bins {
  readonly from: number;
  readonly width: number;
  readonly count: number;
}

/**
 * @param values sorted
 * @param bounds of all of the table's
 */
function histogram(type: ColumnProfile['type'], values: Float64Array, bounds: readonly number[]): Histogram {
  const { from, width, count } = binsOf(type, values, bounds);
  const counts = new Array<number>(count).fill(0);
  for (const value of values)
    counts[Math.min(count - 1, width === 0 ? 0 : Math.floor((value - from) / width))]!++;
  return { from, width, counts, quartiles: quartilesOf(values) };
}

function quartilesOf(sorted: Float64Array): [number, number, number] {
  // Halved, since the distance between two doubles may be none.
  const halves = sorted.map((value) => value / 2);
  const at = (share: number) => 2 * quantile(halves, share);
  return [at(0.25), at(0.5), at(0.75)];
}

/** Of whole numbers each bin holds equally many, and of days; of others, bins reach from the least to the greatest. */
function binsOf(type: ColumnProfile['type'], sorted: Float64Array, bounds: readonly number[]): Bins {
  const min = Math.min(sorted[0]!, ...bounds);
  const max = Math.max(sorted.at(-1)!, ...bounds);
  const isOf = (unit: number) => {
    const isMultiple = (value: number) => value % unit === 0;
    return bounds.every(isMultiple) && sorted.every(isMultiple);
  };
  const isBounded = Math.max(-min, max) <= MAX_WHOLE;
  if (type === 'number' && isBounded && isOf(1)) return steps(min, max, 1, 0.5);
  if (type === 'datetime' && (isOf(DAY_MS) || max - min >= MAX_BINS * DAY_MS))
    return steps(min, max, DAY_MS, 0);
  if (min === max) return { from: min, width: 0, count: 1 };
  return { from: min, width: max / MAX_BINS - min / MAX_BINS, count: MAX_BINS };
}

/** @param below how much of a unit a bin begins below its first one */
function steps(min: number, max: number, unit: number, below: number): Bins {
  const first = Math.floor(min / unit);
  const all = Math.floor(max / unit) - first + 1;
  const each = Math.ceil(all / MAX_BINS);
  return { from: (first - below) * unit, width: each * unit, count: Math.ceil(all / each) };
}

/** Where nearly every value is another one, none is frequent. */
function topValues(cells: Cells): TopValues | null {
  const texts = cells.filter((cell) => typeof cell === 'string');
  if (texts.length === 0) return null;
  const found = new Map<string, { readonly value: string; count: number }>();
  for (const value of texts) {
    const known = found.get(value);
    if (known) known.count++;
    else found.set(value, { value, count: 1 });
  }
  const values = [...found.values()]
    .filter(({ count }) => count > 1 || found.size <= MAX_VALUES)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_VALUES)
    .map(({ value, count }) => ({ value: [...value].slice(0, MAX_TEXT).join(''), count }));
  return { values, others: values.reduce((left, { count }) => left - count, texts.length) };
}
