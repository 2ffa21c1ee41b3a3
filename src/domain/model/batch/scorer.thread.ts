import { parentPort, workerData } from 'node:worker_threads';
import { type Block, type BlockOptions, blockScorer } from './score-block.ts';

/** A worker thread that scores blocks of rows, one a message; see scorers.ts. */
const score = blockScorer(workerData as BlockOptions);

parentPort!.on('message', (block: Block) => {
  const scored = score(block);
  parentPort!.postMessage(scored, [scored.text.buffer, scored.counts.bins.buffer]);
});
