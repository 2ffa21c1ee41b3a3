import { Worker } from 'node:worker_threads';
import type { Kernel } from '../../kernel/kernel.ts';
import { BEGIN_ROUND, GRADIENTS, HISTOGRAM, LoopWorker, MAX_UNITS, ROWS_PER_UNIT } from './loop-worker.ts';
import type { Objective } from './objective.ts';
import type { SharedTable } from './prepare.ts';
import type { Workspace } from './workspace.ts';

/**
 * Does the two great loops of boosting: alone, or together with workers that each take some of a loop's units, whoever
 * is free. A unit is always worked off by one thread and in the same order, so the sums are the same to the last bit
 * whoever helps.
 */
export interface WorkerPool extends AsyncDisposable {
  readonly kernel: Kernel;
  readonly objective: Objective;
  /** Fills the histogram at `out` from the ordered pairs; `rows` is the address of `count` rows. */
  histogram(features: number, rows: number, count: number, out: number): void;
  /** Prepares a round's gradients of the first `count` of the workspace's rows. */
  beginRound(count: number): void;
  /** Writes the pairs of the first `count` of the workspace's rows. */
  gradients(output: number, count: number): void;
}

/** @param threads besides the calling one */
export function createWorkerPool(table: SharedTable, workspace: Workspace, threads: number): WorkerPool {
  const here = new LoopWorker(table, workspace);
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(new URL('./worker-pool.thread.ts', import.meta.url), {
        workerData: { table, workspace },
        execArgv: ['--disable-warning=ExperimentalWarning'],
      }),
  );
  for (const worker of workers) {
    // What it had taken is missed by the thread that shares: it fails, and says so.
    worker.on('error', () => {});
    worker.unref();
  }
  const { kernel, objective } = here;
  const isAlone = threads === 0;
  const eachRow = (kind: number, output: number, count: number) => {
    const units = Math.ceil(count / ROWS_PER_UNIT);
    const isWorthIt = units >= MIN_UNITS_TO_SHARE && units <= MAX_UNITS;
    if (isAlone || !isWorthIt) here.rows(kind, 0, units, output, count);
    else here.share(kind, units, output, count, 0);
  };
  return {
    kernel,
    objective,
    histogram(features, rows, count, out) {
      if (isAlone || features > MAX_UNITS || features * count < MIN_CELLS_TO_SHARE) {
        here.histogram(0, features, rows, count, out);
      } else {
        here.share(HISTOGRAM, features, rows, count, out);
      }
    },
    beginRound(count) {
      if (objective.scratchPerRow > 0) eachRow(BEGIN_ROUND, 0, count);
    },
    gradients: (output, count) => eachRow(GRADIENTS, output, count),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Less work is done before a worker has woken up. */
const MIN_CELLS_TO_SHARE = 25_000;
const MIN_UNITS_TO_SHARE = 16;
