import { DEFAULT_TEST_FRACTION } from './split-params.ts';
import { checkClasses } from './splitter.ts';
import type { TrainingData } from './training-data.ts';
import type { SplitSummary, TrainingMetrics, TrainSpec } from './types.ts';
import { readValidationSet } from './validation-set.ts';

/** What a model may learn from, and what it is measured on then. */
export interface HeldOut {
  readonly train: Int32Array;
  /** Of the training data itself or of another table. */
  readonly tested: { readonly data: TrainingData; readonly rows: Int32Array };
  readonly measuredOn: TrainingMetrics['measured_on'];
  readonly summary: SplitSummary;
}

/** @throws TabularError `bad_params` */
export function holdOut(
  data: TrainingData,
  {
    target: targetName,
    validation,
    params,
    seed,
  }: Pick<TrainSpec, 'target' | 'validation' | 'params' | 'seed'>,
): HeldOut {
  const { target, splitter } = data;
  if (validation) {
    const read = readValidationSet(validation, targetName, data);
    return {
      train: target.rows,
      tested: { data: read, rows: read.target.rows },
      measuredOn: 'validation_dataset',
      summary: splitter.describe(null),
    };
  }
  const test_fraction = params.split?.test_fraction ?? DEFAULT_TEST_FRACTION;
  const { train, test } = splitter.holdOut(target.rows, test_fraction, seed);
  checkClasses(target, train);
  return {
    train,
    tested: { data, rows: test },
    measuredOn: 'held_out_rows',
    summary: { ...splitter.describe(test), test_fraction },
  };
}
