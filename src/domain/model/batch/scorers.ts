import { Worker } from 'node:worker_threads';
import { type Block, type BlockOptions, blockScorer, type ScoredBlock } from './score-block.ts';

/** Scores blocks of rows beside the thread that reads them. */
export interface Scorers extends AsyncDisposable {
  /** How many blocks are worth having under way at once. */
  readonly blocks: number;
  /** The block belongs to the scorer from now on. */
  score(block: Block): Promise<ScoredBlock>;
}

/**
 * The first block is scored on the calling thread, since most batches have no second one; threads are started for
 * what follows.
 *
 * @param threads 0: everything runs on the calling thread
 */
export function createScorers(options: BlockOptions, threads: number): Scorers {
  const here = blockScorer(options);
  let blocks = 0;
  let pool: Scorers | undefined;
  return {
    blocks: 2 * Math.max(1, threads),
    async score(block) {
      blocks++;
      if (blocks === 1 || threads === 0) return here(block);
      pool ??= threadPool(options, threads);
      return pool.score(block);
    },
    async [Symbol.asyncDispose]() {
      await pool?.[Symbol.asyncDispose]();
    },
  };
}

interface Job {
  readonly resolve: (scored: ScoredBlock) => void;
  readonly reject: (error: Error) => void;
}

function threadPool(options: BlockOptions, threads: number): Scorers {
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./scorer.thread.ts', import.meta.url), {
      workerData: options,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    // A thread answers in the order it was asked.
    const jobs: Job[] = [];
    worker.on('message', (scored: ScoredBlock) => jobs.shift()?.resolve(scored));
    worker.on('error', (error) => {
      for (const { reject } of jobs.splice(0)) reject(error as Error);
    });
    return { worker, jobs };
  });
  return {
    blocks: threads,
    score(block) {
      const { worker, jobs } = workers.reduce((least, one) =>
        one.jobs.length < least.jobs.length ? one : least,
      );
      const { promise, resolve, reject } = Promise.withResolvers<ScoredBlock>();
      jobs.push({ resolve, reject });
      worker.postMessage(
        block,
        block.table.columns.map(
          (column) => (column.kind === 'number' ? column.values : column.codes).buffer as ArrayBuffer,
        ),
      );
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
    },
  };
}
