import { workerData } from 'node:worker_threads';
import { Shift } from './crew.ts';
import type { SharedTable } from './prepare.ts';
import type { Workspace } from './workspace.ts';

/** A worker thread that helps another one with its loops; see crew.ts. */
const { table, workspace } = workerData as { table: SharedTable; workspace: Workspace };
new Shift(table, workspace).help();
