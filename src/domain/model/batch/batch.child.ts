import { readFileSync, writeSync } from 'node:fs';
import { type DriftSubject, type ModelDocument, subjectOf } from '#tabular';
import { serveChild } from '../../../adapters/process/serve-child.ts';
import { type BatchOptions, type ScoredBatch, scoreCsv } from './score-csv.ts';

export interface BatchInput extends BatchOptions {
  /** Path of the model's scoring document. */
  readonly model: string;
}

const STDOUT = 1;

export interface BatchOutput extends ScoredBatch {
  /** What the counts of the inputs are compared with. */
  readonly model: DriftSubject;
}

/** Reported once the model is in memory: what happens from then on is up to the rows. */
export type BatchProgress = 'model loaded';

/** The batch process: rows come by standard input, their predictions go to standard output, a file. */
serveChild<BatchInput, BatchOutput, BatchProgress>(async ({ model, ...options }, report) => {
  const document = JSON.parse(readFileSync(model, 'utf8')) as ModelDocument;
  async function* rows() {
    report('model loaded');
    yield* process.stdin;
  }
  const scored = await scoreCsv(document, rows(), options, (piece) => {
    for (let written = 0; written < piece.length; ) written += writeSync(STDOUT, piece, written);
  });
  return { ...scored, model: subjectOf(document) };
});
