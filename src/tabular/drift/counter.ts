import type { ColumnBins } from '../document.ts';
import { binAssigner } from '../scoring/bins.ts';
import { inputLength } from '../scoring/design.ts';
import type { InputData } from '../values/inputs.ts';

/** Rows by column and bin: the bins of all columns, one after another. */
export interface BinnedRows {
  readonly rows: number;
  readonly bins: Uint32Array | Float64Array;
}

/** As plain data that can be posted between threads; two of one model can be added up. */
export interface InputCounts extends BinnedRows {
  rows: number;
  readonly bins: Uint32Array<ArrayBuffer>;
}

/** Counts a model's inputs into the bins of its reference. Make it once a model: it holds the labels' index. */
export interface InputCounter {
  empty(): InputCounts;
  /** @param rows which rows of the inputs; default: all of them */
  add(inputs: readonly InputData[], into: InputCounts, rows?: Int32Array): void;
}

/** @param columns none for a model without a reference: then only rows are counted */
export function inputCounter(columns: readonly ColumnBins[] = []): InputCounter {
  const assigners = columns.map(columnAssigner);
  const starts = binStarts(columns);
  return {
    empty: () => ({ rows: 0, bins: new Uint32Array(starts.at(-1)!) }),
    add(inputs, into, rows) {
      const count = rows?.length ?? (inputs[0] ? inputLength(inputs[0]) : 0);
      const binOf = new Uint8Array(count);
      assigners.forEach((assign, column) => {
        assign(inputs[column]!, rows ?? null, binOf);
        const start = starts[column]!;
        for (let i = 0; i < count; i++) into.bins[start + binOf[i]!]!++;
      });
      into.rows += count;
    },
  };
}

export function addCounts({ rows, bins }: InputCounts, into: InputCounts): void {
  into.rows += rows;
  for (let bin = 0; bin < bins.length; bin++) into.bins[bin]! += bins[bin]!;
}

/** Where the bins of each column begin among those of all, and last how many there are. */
export function binStarts(columns: readonly ColumnBins[]): number[] {
  const starts = [0];
  for (const column of columns) starts.push(starts.at(-1)! + binCount(column));
  return starts;
}

/** One more than edges for the numbers, one more than labels for the other ones, and each time one for missing values. */
function binCount(column: ColumnBins): number {
  return (column.kind === 'number' ? column.edges : column.labels).length + 2;
}

/** Writes the bin of each row to `out`. */
type ColumnAssigner = (input: InputData, rows: Int32Array | null, out: Uint8Array) => void;

function columnAssigner(column: ColumnBins): ColumnAssigner {
  if (column.kind === 'category') return labelAssigner(column.labels);
  const assign = binAssigner(Float64Array.from(column.edges));
  return (input, rows, out) => {
    if (input.kind !== 'number') throw new Error('The bins of a number got a category');
    assign(input.values, rows, out);
  };
}

function labelAssigner(labels: readonly string[]): ColumnAssigner {
  const binOfLabel = new Map(labels.map((label, bin) => [label, bin]));
  const other = labels.length;
  const missing = other + 1;
  return (input, rows, out) => {
    if (input.kind !== 'category') throw new Error('The bins of a category got a number');
    const binOfCode = Uint8Array.from(input.labels, (label) => binOfLabel.get(label) ?? other);
    for (let i = 0; i < out.length; i++) {
      const code = input.codes[rows ? rows[i]! : i]!;
      out[i] = code < 0 ? missing : binOfCode[code]!;
    }
  };
}
