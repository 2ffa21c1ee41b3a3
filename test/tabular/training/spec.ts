import type { TrainSpec } from '../../../src/tabular/training/train.ts';

/** Nobody is told how far it is. */
export const SILENT = { onProgress() {} };

/** A light run that predicts `target`, but for these differences. */
export const specOf = (over: Partial<TrainSpec> = {}): TrainSpec => ({
  mode: 'light',
  target: 'target',
  seed: 42,
  threads: 2,
  params: {},
  ...over,
});
