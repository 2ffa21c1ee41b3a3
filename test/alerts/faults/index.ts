import type { Fault } from '../fault.ts';
import { databaseFaults } from './database.ts';
import { datasetFaults } from './datasets.ts';
import { monitoringFaults } from './monitoring.ts';
import { processFaults } from './processes.ts';
import { requestFaults } from './requests.ts';
import { runtimeFaults } from './runtime.ts';
import { storageFaults } from './storage.ts';
import { trainingFaults } from './training.ts';

/** Everything that the matrix makes happen. */
export const FAULTS: readonly Fault[] = [
  ...processFaults,
  ...requestFaults,
  ...storageFaults,
  ...databaseFaults,
  ...trainingFaults,
  ...datasetFaults,
  ...runtimeFaults,
  ...monitoringFaults,
];
