import { readFileSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type DriftSubject, type ModelDocument, subjectOf } from '#tabular';
import { serveChild } from '../../../adapters/process/serve-child.ts';
import { type BatchOptions, type ScoredBatch, scoreTable } from './score-table.ts';

export interface BatchInput extends BatchOptions {
  /** Path of the model's scoring document. */
  readonly model: string;
  /** The table, if it is small and so is its answer, or the path of a Parquet file; else it comes by standard input. */
  readonly table: Uint8Array | string | undefined;
}

const STDOUT = 1;

export interface BatchOutput extends ScoredBatch {
  /** What the counts of the inputs are compared with. */
  readonly model: DriftSubject;
  /** Of a small table; of another it went to standard output. */
  readonly answer: Uint8Array;
}

/** Reported once the model is in memory: what happens from then on is up to the rows. */
export type BatchProgress = 'model loaded';

/**
 * The batch process. A small table is given and its predictions are in the answer: then the process may score another.
 * Else rows come by standard input or are in a file, and their predictions go to standard output, a file.
 */
serveChild<BatchInput, BatchOutput, BatchProgress>(async ({ model, table, ...options }, report, stages) => {
  stages.begin('load model');
  const document = JSON.parse(readFileSync(model, 'utf8')) as ModelDocument;
  const answer: Uint8Array[] = [];
  const isSmall = typeof table === 'object';
  const open = () => {
    report('model loaded');
    stages.begin('score');
    return isSmall ? Readable.from([Buffer.from(table)]) : (table ?? process.stdin);
  };
  const scored = await scoreTable(document, open, options, isSmall ? (piece) => answer.push(piece) : print);
  return { ...scored, model: subjectOf(document), answer: Buffer.concat(answer) };
});

function print(piece: Uint8Array): void {
  for (let written = 0; written < piece.length; ) written += writeSync(STDOUT, piece, written);
}
