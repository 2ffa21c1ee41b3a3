import { DATE_PARTS, type NumberEncoder, type TreeEncoder } from '../../document.ts';
import { Arena } from '../../kernel/arena.ts';
import { binAssigner, MAX_BINS } from '../../scoring/bins.ts';
import { featureEncoder } from '../../scoring/trees.ts';
import { evenness } from '../effective-rows.ts';
import { classCount, classRowWeights, type TrainingData } from '../training-data.ts';
import { findEdges } from './bins.ts';
import type { BinnedColumn, BinnedMatrix } from './matrix.ts';
import { type Response, targetCodes } from './target-codes.ts';

/** Which rows of a prepared table a fit learns from and which it may validation, as positions in the matrix. */
export interface Part {
  readonly matrix: BinnedMatrix;
  /** Both lists lie in the table's memory. */
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** A binned table all threads can read: it holds only shared memory and plain values, so it can be posted. */
export interface SharedTable {
  readonly memory: WebAssembly.Memory;
  /** 0 for regression. */
  readonly classes: number;
  /** By position in the matrix: class, or value in units of `PreparedTable.unit` around its mean. */
  readonly target: Float64Array;
  readonly weights: Float64Array | null;
  readonly parts: readonly Part[];
}

/** What turns a part's trees into a model. */
export interface PartFeatures {
  readonly encoders: readonly TreeEncoder[];
  /** Cut points of each encoder's bins. */
  readonly edges: readonly Float64Array[];
}

export interface PreparedTable {
  readonly arena: Arena;
  readonly shared: SharedTable;
  readonly features: readonly PartFeatures[];
  /** Of regression: value = mean + unit · prepared value. */
  readonly mean: number;
  readonly unit: number;
}

/**
 * Bins the given rows of the table once for all parts. Number columns are shared by the parts; categories are coded
 * by the target, so each part has its own, learnt from its training rows alone.
 *
 * @param rows the matrix's rows, of the table; cut points are learnt from all of them
 * @param parts rows of the table, all among `rows`
 */
export function prepareTable(
  data: TrainingData,
  rows: Int32Array,
  parts: readonly { readonly train: Int32Array; readonly validation: Int32Array }[],
  { balanced, seed }: { readonly balanced: boolean; readonly seed: number },
): PreparedTable {
  const arena = new Arena();
  const maxBins = maxBinsFor(rows.length);
  const bin = (values: Float64Array): { column: BinnedColumn; edges: Float64Array } => {
    const edges = findEdges(values, rows, maxBins, seed);
    const address = arena.allocate(rows.length);
    binAssigner(edges)(values, rows, new Uint8Array(arena.memory.buffer, address, rows.length));
    return { column: { address, bins: edges.length + 1 }, edges };
  };
  const numberEncoders = encodersOfNumbers(data);
  const numbers = numberEncoders.map((encoder) => bin(featureEncoder(encoder)(data.inputs, null)));
  const positionOf = new Int32Array((rows.at(-1) ?? -1) + 1);
  rows.forEach((row, position) => {
    positionOf[row] = position;
  });
  const positions = (some: Int32Array) => {
    const address = arena.allocate(some.length * 4);
    const list = new Int32Array(arena.memory.buffer, address, some.length);
    for (let i = 0; i < list.length; i++) list[i] = positionOf[some[i]!]!;
    return list;
  };
  const made = parts.map(({ train, validation }) => {
    const categories = codedCategories(data, train, seed);
    const binned = [...numbers, ...categories.map(({ values }) => bin(values))];
    return {
      part: {
        matrix: { rows: rows.length, columns: binned.map(({ column }) => column) },
        train: positions(train),
        validation: positions(validation),
      },
      features: {
        encoders: [...numberEncoders, ...categories.map(({ encoder }) => encoder)],
        edges: binned.map(({ edges }) => edges),
      },
    };
  });
  const { target, mean, unit } = prepareTarget(data, rows);
  return {
    arena,
    shared: {
      memory: arena.memory,
      classes: classCount(data),
      target,
      weights: balanced && classCount(data) > 0 ? balancedWeights(target, classCount(data)) : null,
      parts: made.map(({ part }) => part),
    },
    features: made.map(({ features }) => features),
    mean,
    unit,
  };
}

/** Fewer bins for few rows: finer ones would only follow their noise. */
export function maxBinsFor(rows: number): number {
  return Math.min(MAX_BINS, Math.max(63, rows >> 4));
}

function encodersOfNumbers({ columns, inputs }: TrainingData): NumberEncoder[] {
  return inputs.flatMap((data, input): NumberEncoder[] => {
    if (data.kind === 'category') return [];
    if (columns[input]!.type === 'number') return [{ kind: 'number', input }];
    return DATE_PARTS.map((part) => ({ kind: 'number', input, part }));
  });
}

/** One code for regression and two classes; else one for each class, of at most this many. */
const MAX_CODED_CLASSES = 8;

function codedCategories(data: TrainingData, rows: Int32Array, seed: number) {
  return data.inputs.flatMap((input, position) =>
    input.kind === 'category'
      ? responses(data, rows).map((response) => targetCodes(input, position, rows, response, seed))
      : [],
  );
}

function responses({ target }: TrainingData, rows: Int32Array): Response[] {
  if (target.task === 'regression') return [{ of: (row) => target.values[row]!, worth: 1 }];
  const { codes, classes } = target;
  const counts = new Int32Array(classes.length);
  for (const row of rows) counts[codes[row]!]!++;
  const against = (k: number): Response => {
    // One row more: none may be of the class here.
    const share = (counts[k]! + 1) / (rows.length + 2);
    return { of: (row) => Number(codes[row] === k), worth: evenness([share, 1 - share]) };
  };
  if (classes.length === 2) return [against(1)];
  return [...counts.keys()]
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, MAX_CODED_CLASSES)
    .map(against);
}

/** Numbers are standardised, so that settings and stopping rules mean the same whatever the target's unit. */
function prepareTarget({ target }: TrainingData, rows: Int32Array) {
  if (target.task === 'classification') {
    return { target: sharedNumbers(rows.length, (i) => target.codes[rows[i]!]!), mean: 0, unit: 1 };
  }
  const { values } = target;
  let largest = 0;
  for (const row of rows) largest = Math.max(largest, Math.abs(values[row]!));
  largest ||= 1;
  let mean = 0;
  for (const row of rows) mean += values[row]! / largest / rows.length;
  let squares = 0;
  for (const row of rows) squares += (values[row]! / largest - mean) ** 2;
  const unit = Math.sqrt(squares / rows.length) * largest || 1;
  mean *= largest;
  return { target: sharedNumbers(rows.length, (i) => (values[rows[i]!]! - mean) / unit), mean, unit };
}

function balancedWeights(target: Float64Array, classes: number): Float64Array {
  const weights = classRowWeights(Int32Array.from(target), classes);
  return sharedNumbers(weights.length, (i) => weights[i]!);
}

function sharedNumbers(count: number, value: (i: number) => number): Float64Array {
  const numbers = new Float64Array(new SharedArrayBuffer(count * 8));
  for (let i = 0; i < count; i++) numbers[i] = value(i);
  return numbers;
}
