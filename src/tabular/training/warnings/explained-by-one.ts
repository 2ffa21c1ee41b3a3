import { binAssigner } from '../../scoring/bins.ts';
import type { CategoryInput, InputData } from '../../values/inputs.ts';
import { findEdges } from '../boosting/bins.ts';
import { createRandom, sample, shuffle } from '../random.ts';
import type { ClassTarget, NumberTarget } from '../target.ts';
import type { TrainingData } from '../training-data.ts';

/** Cells that are looked at in all; of each column enough rows to tell. */
const MAX_CELLS = 1_000_000;
const [LEAST_ROWS, MOST_ROWS] = [500, 2000];
/** Fewer may agree by chance. */
const MIN_ROWS = 20;
/** Of numbers, so that there are rows in each. */
const MAX_BINS = 64;
const ROWS_PER_BIN = 10;
/** Errors of the simplest guess, below which doing without them says nothing. */
const MIN_ERRORS = 10;

/**
 * How much of the target each column explains by itself, at most 1: of the variance, or of the errors that guessing
 * the most frequent class makes. A column's rows are put into groups of equal labels or of like numbers; what one half of
 * the rows shows of each group is tried on the other half. A straight line through numbers is tried too.
 */
export function explainedByOne(data: TrainingData, seed: number): Float64Array {
  const { inputs, target } = data;
  const random = createRandom(seed, 'explained by one');
  const count = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(MAX_CELLS / inputs.length)));
  const rows = sample(target.rows, count, random);
  if (rows.length < MIN_ROWS) return new Float64Array(inputs.length);
  const mixed = shuffle(rows.slice(), random);
  return Float64Array.from(inputs, (input) => {
    const groups = groupsOf(input, mixed, seed);
    if (target.task === 'classification') return fewerErrors(groups, target, mixed);
    const grouped = lessVariance(groups, target, mixed);
    return input.kind === 'number' ? Math.max(grouped, onALine(input.values, target, mixed)) : grouped;
  });
}

interface Groups {
  /** Of each row, from 0 on. */
  readonly of: ArrayLike<number>;
  readonly count: number;
}

function groupsOf(input: InputData, rows: Int32Array, seed: number): Groups {
  if (input.kind === 'category') return groupsOfLabels(input, rows);
  const bins = Math.max(2, Math.min(MAX_BINS, Math.floor(rows.length / ROWS_PER_BIN)));
  const edges = findEdges(input.values, rows, bins, seed);
  const of = new Uint8Array(rows.length);
  binAssigner(edges)(input.values, rows, of);
  return { of, count: edges.length + 2 };
}

/** Those that occur, numbered as they come; what is missing is one of them. */
function groupsOfLabels({ codes, labels }: CategoryInput, rows: Int32Array): Groups {
  const groupOf = new Int32Array(labels.length + 1).fill(-1);
  let count = 0;
  const of = rows.map((row) => {
    const label = codes[row]! + 1;
    if (groupOf[label] === -1) groupOf[label] = count++;
    return groupOf[label]!;
  });
  return { of, count };
}

function fewerErrors(groups: Groups, { classes, codes }: ClassTarget, rows: Int32Array): number {
  let errors = 0;
  let simple = 0;
  for (const half of [0, 1]) {
    const counts = new Int32Array(groups.count * classes.length);
    const all = new Int32Array(classes.length);
    for (let i = half; i < rows.length; i += 2) {
      const code = codes[rows[i]!]!;
      counts[groups.of[i]! * classes.length + code]!++;
      all[code]!++;
    }
    const guess = mostFrequent(all) ?? 0;
    const guesses = Array.from(
      { length: groups.count },
      (_, g) => mostFrequent(counts.subarray(g * classes.length, (g + 1) * classes.length)) ?? guess,
    );
    for (let i = 1 - half; i < rows.length; i += 2) {
      const code = codes[rows[i]!]!;
      if (code !== guess) simple++;
      if (code !== guesses[groups.of[i]!]) errors++;
    }
  }
  return simple < MIN_ERRORS ? 0 : 1 - errors / simple;
}

/** Undefined where there is none. */
function mostFrequent(counts: Int32Array): number | undefined {
  let best: number | undefined;
  for (let code = 0; code < counts.length; code++)
    if (counts[code]! > (best === undefined ? 0 : counts[best]!)) best = code;
  return best;
}

function lessVariance(groups: Groups, { values }: NumberTarget, rows: Int32Array): number {
  let squares = 0;
  let spread = 0;
  for (const half of [0, 1]) {
    const sums = new Float64Array(groups.count);
    const counts = new Int32Array(groups.count);
    let sum = 0;
    for (let i = half; i < rows.length; i += 2) {
      const value = values[rows[i]!]!;
      sums[groups.of[i]!]! += value;
      counts[groups.of[i]!]!++;
      sum += value;
    }
    const mean = sum / Math.ceil((rows.length - half) / 2);
    for (let i = 1 - half; i < rows.length; i += 2) {
      const value = values[rows[i]!]!;
      const group = groups.of[i]!;
      squares += (value - (counts[group]! > 0 ? sums[group]! / counts[group]! : mean)) ** 2;
      spread += (value - mean) ** 2;
    }
  }
  return spread > 0 ? 1 - squares / spread : 0;
}

/** The squared correlation, of the rows with a value; 0 where fewer than half have one. */
function onALine(inputs: Float64Array, { values }: NumberTarget, rows: Int32Array): number {
  const present = rows.filter((row) => !Number.isNaN(inputs[row]!));
  if (present.length < Math.max(MIN_ROWS, rows.length / 2)) return 0;
  let [meanX, meanY] = [0, 0];
  for (const row of present) {
    meanX += inputs[row]! / present.length;
    meanY += values[row]! / present.length;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (const row of present) {
    const x = inputs[row]! - meanX;
    const y = values[row]! - meanY;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const share = (xy * xy) / (xx * yy);
  return Number.isFinite(share) ? share : 0;
}
