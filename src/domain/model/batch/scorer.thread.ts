import { parentPort, workerData } from 'node:worker_threads';
import type { ModelDocument, Table } from '#tabular';
import type { BatchFormat } from './prediction-lines.ts';
import { blockScorer } from './score-block.ts';

/** A worker thread that scores blocks of rows, one a message; see scorers.ts. */
const { document, format } = workerData as { document: ModelDocument; format: BatchFormat };
const score = blockScorer(document, format);

parentPort!.on('message', (table: Table) => {
  const scored = score(table);
  parentPort!.postMessage(scored, [scored.text.buffer, scored.counts.bins.buffer]);
});
