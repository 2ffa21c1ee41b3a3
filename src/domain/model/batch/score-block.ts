import { type InputCounts, inputCounter, loadModel, type ModelDocument, type Table } from '#tabular';
import { type BatchFormat, predictionLines } from './prediction-lines.ts';

/** What a block of rows comes to. */
export interface ScoredBlock {
  /** Its predictions, a line a row. */
  readonly text: Uint8Array<ArrayBuffer>;
  /** Its inputs, for drift. */
  readonly counts: InputCounts;
}

// Not a Buffer: a short one is a part of memory that can't be handed to another thread.
const encoder = new TextEncoder();

export function blockScorer(document: ModelDocument, format: BatchFormat): (table: Table) => ScoredBlock {
  const scorer = loadModel(document);
  const counter = inputCounter(document.reference);
  const { lines } = predictionLines(document.classes, format);
  return (table) => {
    const counts = counter.empty();
    const predicted = scorer.predictTable(table, (inputs) => counter.add(inputs, counts));
    return { text: encoder.encode(lines(predicted)), counts };
  };
}
