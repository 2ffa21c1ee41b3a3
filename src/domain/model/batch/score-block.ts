import type { Table } from '../../table/types.ts';
import { loadModel, type ModelDocument } from '../scoring/index.ts';
import { type BatchFormat, predictionLines } from './prediction-lines.ts';

/** What a block of rows comes to: the text of its predictions. */
export type ScoreBlock = (table: Table) => Buffer<ArrayBuffer>;

export function blockScorer(document: ModelDocument, format: BatchFormat): ScoreBlock {
  const scorer = loadModel(document);
  const { lines } = predictionLines(document.classes, format);
  return (table) => Buffer.from(lines(scorer.predictTable(table)));
}
