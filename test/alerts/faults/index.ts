import type { Fault } from '../fault.ts';
import { databaseFaults } from './database.ts';
import { datasetFaults } from './datasets.ts';
import { monitoringFaults } from './monitoring.ts';
import { processFaults } from './processes.ts';
import { requestFaults } from './requests.ts';
import { runtimeFaults } from './runtime.ts';
import { trainingFaults } from './training.ts';

/** Everything that the matrix makes happen. */
export const FAULTS: readonly Fault[] = [
  ...processFaults,
  ...requestFaults,
  ...databaseFaults,
  ...trainingFaults,
  ...datasetFaults,
  ...runtimeFaults,
  ...monitoringFaults,
];
