import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type DriftSubject, type ModelDocument, subjectOf } from '#tabular';
import { serveChild } from '../../../adapters/process/serve-child.ts';
import { type BatchOptions, type ScoredBatch, scoreTable } from './score-table.ts';

export interface BatchInput extends BatchOptions {
  /** Path of the model's scoring document. */
  readonly model: string;
  /** The table, if it is small and so is its answer, or the path of a Parquet file; else it comes by standard input. */
  readonly table: Uint8Array | string | undefined;
  /** Of a table that is not small: the file for the predictions to keep, a line a block. */
  readonly keptFile: string | undefined;
}

const STDOUT = 1;

export interface BatchOutput extends ScoredBatch {
  /** What the counts of the inputs are compared with. */
  readonly model: DriftSubject;
  /** Of a small table; of another it went to standard output. */
  readonly answer: Uint8Array;
  /** Of a small table the predictions to keep, a text a block; of another they went to the file for them. */
  readonly kept: readonly string[];
}

/** Reported once the model is in memory: what happens from then on is up to the rows. */
export type BatchProgress = 'model loaded';

/**
 * The batch process. A small table is given and its predictions are in the answer: then the process may score another.
 * Else rows come by standard input or are in a file, and their predictions go to standard output, a file.
 */
serveChild<BatchInput, BatchOutput, BatchProgress>(
  async ({ model, table, keptFile, ...options }, report, stages) => {
    stages.begin('load model');
    const document = JSON.parse(readFileSync(model, 'utf8')) as ModelDocument;
    const answer: Uint8Array[] = [];
    const kept: string[] = [];
    const isSmall = typeof table === 'object';
    const open = () => {
      report('model loaded');
      stages.begin('score');
      return isSmall ? Readable.from([Buffer.from(table)]) : (table ?? process.stdin);
    };
    const write = isSmall ? (piece: Uint8Array) => void answer.push(piece) : print;
    const keep = (predictions: string) =>
      keptFile === undefined ? void kept.push(predictions) : appendFileSync(keptFile, `${predictions}\n`);
    const scored = await scoreTable(document, open, options, write, keep);
    return { ...scored, model: subjectOf(document), answer: Buffer.concat(answer), kept };
  },
);

function print(piece: Uint8Array): void {
  for (let written = 0; written < piece.length; ) written += writeSync(STDOUT, piece, written);
}
