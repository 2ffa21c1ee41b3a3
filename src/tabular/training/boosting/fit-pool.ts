import { Worker } from 'node:worker_threads';
import type { BinnedMatrix } from './matrix.ts';
import type { PreparedTable, SharedTable } from './prepare.ts';
import { type BoostingTask, boostingRunner, type FittedTrees } from './runner.ts';
import { createWorkerPool } from './worker-pool.ts';
import { allocateWorkspace, type Workspace } from './workspace.ts';

/** Runs fits of boosted trees, several at a time, over one shared table. */
export interface FitPool extends AsyncDisposable {
  /**
   * Tasks start in the order they come; the same task gives the same trees wherever it runs.
   *
   * @param onRound called after each round, on the calling thread only
   */
  run(task: BoostingTask, onRound?: (round: number) => void): Promise<FittedTrees>;
}

/**
 * Threads fit one task each, or, if there is only one task, do its loops together.
 *
 * @param leaves the largest trees any task will ask for
 * @param threads 1: everything runs on the calling thread
 * @param tasks how many there will be
 */
export function createFitPool(
  { arena, shared }: PreparedTable,
  leaves: number,
  threads: number,
  tasks: number,
): FitPool {
  const widest = widestOf(shared.parts.map(({ matrix }) => matrix));
  const outputs = shared.classes > 2 ? shared.classes : 1;
  const workspace = () => allocateWorkspace(arena, widest, outputs, leaves);
  const fits = Math.min(threads, tasks);
  if (fits > 1) return threadPool(shared, Array.from({ length: fits }, workspace));
  const isLarge = sharesLoops(widest.rows, widest.columns.length);
  return localPool(shared, workspace(), isLarge ? Math.min(threads, MAX_WORKERS) - 1 : 0);
}

/** Of a smaller table a fit is over about when the workers have started. */
const MIN_CELLS_TO_SHARE_LOOPS = 400_000;

/** Whether a fit alone is done by all threads together. */
export function sharesLoops(rows: number, columns: number): boolean {
  return rows * columns >= MIN_CELLS_TO_SHARE_LOOPS;
}

/** More only wait for each other. */
const MAX_WORKERS = 8;

/** Parts differ in the bins of their categories; a workspace has to hold the histograms of any. */
function widestOf(matrices: readonly BinnedMatrix[]): BinnedMatrix {
  const [first] = matrices;
  return {
    rows: first!.rows,
    columns: first!.columns.map(({ address }, c) => ({
      address,
      bins: matrices.reduce((most, { columns }) => Math.max(most, columns[c]!.bins), 0),
    })),
  };
}

function localPool(shared: SharedTable, workspace: Workspace, threads: number): FitPool {
  const workers = createWorkerPool(shared, workspace, threads);
  const run = boostingRunner(shared, workspace, workers);
  return {
    async run(task, onRound) {
      // Lets messages and timers of this thread have their turn between fits.
      await new Promise((resolve) => setImmediate(resolve));
      return run(task, onRound);
    },
    [Symbol.asyncDispose]: () => workers[Symbol.asyncDispose](),
  };
}

interface Job {
  readonly task: BoostingTask;
  readonly resolve: (trees: FittedTrees) => void;
  readonly reject: (error: Error) => void;
}

function threadPool(table: SharedTable, workspaces: readonly Workspace[]): FitPool {
  const waiting: Job[] = [];
  const running = new Map<Worker, Job>();
  const idle: Worker[] = [];
  let failure: Error | undefined;

  const next = (worker: Worker) => {
    const job = waiting.shift();
    if (!job) {
      idle.push(worker);
      return;
    }
    running.set(worker, job);
    worker.postMessage(job.task);
  };
  const fail = (error: Error) => {
    failure = error;
    for (const job of [...running.values(), ...waiting]) job.reject(error);
    running.clear();
    waiting.length = 0;
  };
  const workers = workspaces.map((workspace) => {
    const worker = new Worker(new URL('./fit-pool.thread.ts', import.meta.url), {
      workerData: { table, workspace },
      // Nothing of the parent's: its loaders and hooks are not for a number cruncher.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.on('message', (trees: FittedTrees) => {
      const job = running.get(worker);
      running.delete(worker);
      next(worker);
      job?.resolve(trees);
    });
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
    return worker;
  });
  idle.push(...workers);

  return {
    run(task) {
      if (failure) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting.push({ task, resolve, reject });
        const worker = idle.shift();
        if (worker) next(worker);
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
