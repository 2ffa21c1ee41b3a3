import { datePartAsCategory } from '../../../model/scoring/design.ts';
import type { DatePart, InputColumn, LinearEncoder } from '../../../model/scoring/document.ts';
import { type CategoryInput, datePart, type InputData } from '../../../model/scoring/inputs.ts';

/** Labels with a feature of their own; rarer ones share one. */
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
  // Dividing by the largest keeps squares of huge values finite.
  let unit = 0;
  let count = 0;
  for (const row of rows) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    count++;
    unit = Math.max(unit, Math.abs(value));
  }
  unit ||= 1;
  let sum = 0;
  for (const row of rows) if (!Number.isNaN(values[row]!)) sum += values[row]! / unit;
  const mean = count > 0 ? sum / count : 0;
  let squares = 0;
  for (const row of rows) if (!Number.isNaN(values[row]!)) squares += (values[row]! / unit - mean) ** 2;
  const deviation = count > 0 ? Math.sqrt(squares / count) : 0;
  const flag = count < rows.length && part !== 'year' && part !== 'day';
  const isConstant = deviation <= 1e-12 * Math.abs(mean);
  if (isConstant && !flag) return [];
  return [
    {
      kind: 'standard',
      input,
      ...(part && { part }),
      mean: mean * unit,
      scale: isConstant ? unit : deviation * unit,
      flag,
    },
  ];
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
