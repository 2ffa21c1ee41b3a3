import { parentPort, workerData } from 'node:worker_threads';
import type { SharedTable } from './prepare.ts';
import { type BoostingTask, boostingRunner } from './runner.ts';
import { createWorkerPool } from './worker-pool.ts';
import type { Workspace } from './workspace.ts';

/** A worker thread that fits boosted trees, one task a message; see pool.ts. */
const { table, workspace } = workerData as { table: SharedTable; workspace: Workspace };
const run = boostingRunner(table, workspace, createWorkerPool(table, workspace, 0));

parentPort!.on('message', (task: BoostingTask) => {
  parentPort!.postMessage(run(task));
});
