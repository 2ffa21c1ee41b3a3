import { readFileSync, writeSync } from 'node:fs';
import { serveChild } from '../../../adapters/process/serve-child.ts';
import type { ModelDocument } from '../scoring/index.ts';
import { type BatchOptions, type ScoredBatch, scoreCsv } from './score-csv.ts';

export interface BatchInput extends BatchOptions {
  /** Path of the model's scoring document. */
  readonly model: string;
}

const STDOUT = 1;

/** The batch process: rows come by standard input, their predictions go to standard output, a file. */
serveChild<BatchInput, ScoredBatch>(({ model, ...options }) => {
  const document = JSON.parse(readFileSync(model, 'utf8')) as ModelDocument;
  return scoreCsv(document, process.stdin, options, (piece) => {
    for (let written = 0; written < piece.length; ) written += writeSync(STDOUT, piece, written);
  });
});
