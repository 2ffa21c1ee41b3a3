import { parentPort, workerData } from 'node:worker_threads';
import type { Table } from '../../table/types.ts';
import type { ModelDocument } from '../scoring/index.ts';
import type { BatchFormat } from './prediction-lines.ts';
import { blockScorer } from './score-block.ts';

/** A worker thread that scores blocks of rows, one a message; see scorers.ts. */
const { document, format } = workerData as { document: ModelDocument; format: BatchFormat };
const score = blockScorer(document, format);

parentPort!.on('message', (table: Table) => {
  const scored = score(table);
  parentPort!.postMessage(scored, [scored.text.buffer, scored.counts.bins.buffer]);
});
