import { parentPort, workerData } from 'node:worker_threads';
import type { Table } from '#tabular';
import { type BlockOptions, blockScorer } from './score-block.ts';

/** A worker thread that scores blocks of rows, one a message; see scorers.ts. */
const score = blockScorer(workerData as BlockOptions);

parentPort!.on('message', (table: Table) => {
  const scored = score(table);
  parentPort!.postMessage(scored, [scored.text.buffer, scored.counts.bins.buffer]);
});
