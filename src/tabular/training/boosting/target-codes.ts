import type { LabelEncoder } from '../../document.ts';
import type { CategoryInput } from '../../values/inputs.ts';
import { createRandom } from '../random.ts';

/** As many rows' worth of the overall mean is added to every label's, so that rare labels stay near it. */
const SMOOTHING = 20;
const FOLDS = 5;
/** With fewer rows' worth a label, a label's mean says too much about each of its own rows. */
const MIN_ROWS_PER_LABEL = 100;

/** What labels are coded by. */
export interface Response {
  of(row: number): number;
  /** What a row says, as a share of one of two equally frequent classes: of a rare class each says little. */
  readonly worth: number;
}

export interface TargetCodes {
  readonly encoder: LabelEncoder;
  /** The feature of every row of the table; NaN is missing. */
  readonly values: Float64Array;
}

/**
 * Labels as numbers: the smoothed mean of the response among the label's rows, (Σ + m · mean) / (n + m)
 * (Micci-Barreca, 2001), where m is 20 rows' worth. Where labels are many, each training row gets the figure of the other folds' rows, so that
 * no row's code holds its own response; every other row, and later every new one, gets the figure of all.
 *
 * @param rows the training rows
 */
export function targetCodes(
  { codes, labels }: CategoryInput,
  input: number,
  rows: Int32Array,
  response: Response,
  seed: number,
): TargetCodes {
  const random = createRandom(seed, `codes ${input}`);
  const sums = new Float64Array(labels.length * FOLDS);
  const counts = new Int32Array(labels.length * FOLDS);
  const foldOf = new Uint8Array(codes.length);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const fold = Math.floor(random() * FOLDS);
    const y = response.of(row);
    foldOf[row] = fold;
    total += y;
    if (codes[row]! < 0) continue;
    sums[codes[row]! * FOLDS + fold]! += y;
    counts[codes[row]! * FOLDS + fold]!++;
  }
  const mean = total / rows.length;
  const prior = SMOOTHING / response.worth;
  const smoothed = (sum: number, count: number) => (sum + prior * mean) / (count + prior);
  const sumOf = new Float64Array(labels.length);
  const countOf = new Int32Array(labels.length);
  let present = 0;
  for (let label = 0; label < labels.length; label++) {
    for (let fold = 0; fold < FOLDS; fold++) {
      sumOf[label]! += sums[label * FOLDS + fold]!;
      countOf[label]! += counts[label * FOLDS + fold]!;
    }
    if (countOf[label]! > 0) present++;
  }
  const codeOf = Float64Array.from(labels, (_, label) => smoothed(sumOf[label]!, countOf[label]!));
  const values = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++)
    values[row] = codes[row]! < 0 ? Number.NaN : codeOf[codes[row]!]!;
  if (present * MIN_ROWS_PER_LABEL > rows.length * response.worth) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const label = codes[row]!;
      if (label < 0) continue;
      const own = label * FOLDS + foldOf[row]!;
      values[row] = smoothed(sumOf[label]! - sums[own]!, countOf[label]! - counts[own]!);
    }
  }
  const seen = [...labels.keys()].filter((label) => countOf[label]! > 0);
  return {
    encoder: {
      kind: 'label',
      input,
      labels: seen.map((label) => labels[label]!),
      values: seen.map((label) => codeOf[label]!),
      other: mean,
    },
    values,
  };
}
