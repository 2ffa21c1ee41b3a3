import { v7 as uuidv7 } from 'uuid';
import { type InputCounts, inputCounter, loadModel, type ModelDocument, type Table } from '#tabular';
import { boundsAt } from '../intervals.ts';
import { keptRows } from '../live/kept-rows.ts';
import { type BatchFormat, type PredictionLines, predictionLines } from './prediction-lines.ts';

/** Rows of a table, as a model's columns. */
export interface Block {
  readonly table: Table;
  /** What their predictions are kept under, as the table says. */
  readonly keys?: readonly string[] | undefined;
}

/** What a block of rows comes to. */
export interface ScoredBlock {
  /** Its predictions, a line a row. */
  readonly text: Uint8Array<ArrayBuffer>;
  /** Its inputs, for drift. */
  readonly counts: InputCounts;
  /** Its predictions as they are to be kept: JSON, as `KeptPredictions` takes it. */
  readonly kept: string | undefined;
}

// Not a Buffer: a short one is a part of memory that can't be handed to another thread.
const encoder = new TextEncoder();

/** What is wanted of each block. */
export interface BlockOptions {
  readonly document: ModelDocument;
  readonly format: BatchFormat;
  /** Of the intervals beside the predictions; undefined: there are none. */
  readonly level: number | undefined;
  /** Whether the predictions are kept under ids of their own, which stand beside them. */
  readonly givesIds: boolean;
}

/** @throws {AppError} as `boundsAt` */
export const linesOf = ({ document, format, level, givesIds }: BlockOptions): PredictionLines =>
  predictionLines(
    document.classes,
    format,
    level === undefined ? undefined : boundsAt(document, level),
    givesIds,
  );

export function blockScorer(options: BlockOptions): (block: Block) => ScoredBlock {
  const { document, givesIds } = options;
  const scorer = loadModel(document);
  const counter = inputCounter(document.reference);
  const { lines } = linesOf(options);
  return ({ table, keys }) => {
    const counts = counter.empty();
    const predicted = scorer.predictTable(table, (inputs) => counter.add(inputs, counts));
    const ids = givesIds ? Array.from({ length: table.rows }, () => uuidv7()) : undefined;
    const keptUnder = keys ?? ids;
    const kept = keptUnder && JSON.stringify(keptRows(keptUnder, predicted));
    return { text: encoder.encode(lines(predicted, ids)), counts, kept };
  };
}
