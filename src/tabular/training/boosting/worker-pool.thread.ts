import { workerData } from 'node:worker_threads';
import { LoopWorker } from './loop-worker.ts';
import type { SharedTable } from './prepare.ts';
import type { Workspace } from './workspace.ts';

/** A worker thread that helps another one with its loops; see workers.ts. */
const { table, workspace } = workerData as { table: SharedTable; workspace: Workspace };
new LoopWorker(table, workspace).help();
