import { TabularError } from '../error.ts';
import { MAX_ARENA_BYTES } from '../kernel/arena.ts';
import type { Mode, Table } from '../table.ts';
import { maxBinsFor } from './boosting/prepare.ts';
import { poolBytes } from './boosting/workspace.ts';
import { maxLabelFeatures } from './linear/encoders.ts';
import { MAX_ROWS_OF_HOLD_OUT } from './search/plan.ts';
import { MAX_GROWTH } from './search/rounds.ts';
import { MAX_LEAVES } from './search/space.ts';
import type { TrainSpec } from './types.ts';

/** What the estimate reads of a run. */
export interface MemoryShape {
  readonly rows: number;
  /** Of a table that quality is measured on. */
  readonly validationRows: number;
  readonly numberColumns: number;
  readonly categoryColumns: number;
  /** Features of labels that a linear model may have. */
  readonly labels: number;
  /** 1 for regression and two classes. */
  readonly outputs: number;
  readonly mode: Mode;
  readonly threads: number;
}

/** Node itself, its code and small objects. */
const BASE_BYTES = 120e6;
/** A fit on three quarters of the rows may not have been collected when the one on all begins. */
const FIT_AND_REFIT = 1.75;
const WORKER_BYTES = 30e6;
/** Of more, of which three quarters are learned from, a model has one member. */
const MOST_ROWS_OF_MEMBERS = (4 / 3) * MAX_GROWTH * MAX_ROWS_OF_HOLD_OUT;
/** Of a linear model's weight: the solver's last steps, and what each changed. */
const BYTES_PER_WEIGHT = 256;

/**
 * Peak memory of a run in bytes, the table included (8 bytes a number, 4 a category). Per row and number column:
 * light holds a standardised copy (8), heavy also a byte for its bin; per row besides, heavy holds 48 bytes and 16 for
 * each output. For a table of numbers that is under 3 times the table in light mode and under 4 in heavy, plus 120 MB
 * and, in heavy mode, 30 MB a thread and its histograms (0.5 MB a column, at most 256 MB). Measured: light 523 and heavy 622 MB for 1 000 000 × 20 numbers (160 MB).
 */
function estimateBytes(shape: MemoryShape): number {
  const { rows, validationRows, numberColumns, categoryColumns, labels, outputs, mode, threads } = shape;
  const table = (rows + validationRows) * (8 * numberColumns + 4 * categoryColumns);
  const design =
    FIT_AND_REFIT * rows * (8 * numberColumns + 4 * categoryColumns + 8 * outputs) +
    BYTES_PER_WEIGHT * labels * outputs;
  if (mode === 'light') return BASE_BYTES + table + design;
  // One member is fitted by all threads together; several are fitted side by side.
  const trees = FIT_AND_REFIT * arenaBytes(shape, rows, rows > MOST_ROWS_OF_MEMBERS ? 1 : threads);
  const searched = Math.min(rows, MAX_ROWS_OF_HOLD_OUT);
  const search = arenaBytes(shape, searched, threads);
  return BASE_BYTES + table + design + trees + search;
}

/** Bins and scratch of boosting on so many rows. */
function arenaBytes(
  { numberColumns, categoryColumns, outputs }: MemoryShape,
  rows: number,
  threads: number,
): number {
  const columns = numberColumns + categoryColumns * Math.min(8, outputs);
  const binCounts = new Array<number>(columns).fill(maxBinsFor(rows));
  const scratch = rows * (40 + 16 * outputs) + poolBytes(binCounts, MAX_LEAVES) + WORKER_BYTES;
  return rows * (columns + 16) + threads * scratch;
}

/** @throws TabularError `out_of_memory` with the estimate, when it is above the limit */
export function checkMemory(shape: MemoryShape, limitMb: number | undefined): void {
  const needed = estimateBytes(shape);
  if (limitMb !== undefined && needed > limitMb * 2 ** 20) {
    throw new TabularError(
      'out_of_memory',
      `Training in ${shape.mode} mode needs about ${Math.ceil(needed / 2 ** 20)} MB for ${shape.rows} rows and ${shape.numberColumns + shape.categoryColumns} columns; ${limitMb} MB are allowed. Use fewer rows or columns${shape.mode === 'heavy' ? ', or light mode' : ''}.`,
    );
  }
  if (shape.mode === 'heavy' && arenaBytes(shape, shape.rows, 1) > 0.9 * MAX_ARENA_BYTES) {
    throw new TabularError(
      'out_of_memory',
      `The table is too large for heavy mode, whose trees can address 4 GB: ${shape.rows} rows and ${shape.numberColumns + shape.categoryColumns} columns. Use fewer rows or columns, or light mode.`,
    );
  }
}

export function memoryShape(
  table: Table,
  { target, mode, validation }: Pick<TrainSpec, 'target' | 'mode' | 'validation'>,
  outputs: number,
  threads: number,
): MemoryShape {
  const columns = table.columns.filter(({ name }) => name !== target);
  const numberColumns = columns.filter(({ kind }) => kind === 'number').length;
  const categories = columns.filter((column) => column.kind === 'category');
  const mostLabels = maxLabelFeatures(categories.length, outputs);
  return {
    rows: table.rows,
    validationRows: validation?.rows ?? 0,
    numberColumns,
    categoryColumns: categories.length,
    labels: categories.reduce((sum, column) => sum + Math.min(column.labels.length, mostLabels), 0),
    outputs,
    mode,
    threads,
  };
}
