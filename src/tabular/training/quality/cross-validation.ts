import type { Split } from '../split.ts';
import { classCodes, type TrainingData, targetValues } from '../training-data.ts';
import type { ClassificationQuality, CrossValidation, FoldScores } from '../types.ts';
import { classificationQuality } from './classification.ts';
import { regressionQuality } from './regression.ts';

/** What models said of rows that they did not see, split after split. */
export interface OutOfFold {
  readonly splits: readonly Split[];
  /** Values, or the classes' probabilities. */
  readonly predicted: Float64Array;
}

/**
 * Quality on each split's tested rows, with mean and standard deviation over the splits, as one makes them of what
 * scikit-learn's `cross_validate` gives.
 *
 * @param isChosenByThem whether the recipe was chosen by how it did on these rows
 */
export function scoreFolds(
  data: TrainingData,
  { splits, predicted }: OutOfFold,
  isChosenByThem: boolean,
): CrossValidation {
  const tested = splits.reduce((sum, { test }) => sum + test.length, 0);
  let at = 0;
  const scores = splits.map(({ test }) => {
    const length = (predicted.length / tested) * test.length;
    const part = predicted.subarray(at, at + length);
    at += length;
    return figuresOf(data, test, part);
  });
  const rows = new Set(testedRows({ splits, predicted })).size;
  const repeats = tested / rows;
  const figures = Object.keys(scores[0] ?? {}).map((name) => [
    name,
    spread(scores.map((score) => score[name] ?? null)),
  ]);
  return {
    folds: splits.length / repeats,
    repeats,
    rows,
    used_for_selection: isChosenByThem,
    ...(Object.fromEntries(figures) as { [Figure in keyof ClassificationQuality]?: FoldScores }),
  };
}

/** In the order of their predictions. */
export const testedRows = ({ splits }: OutOfFold): Int32Array =>
  Int32Array.from(splits.flatMap(({ test }) => [...test]));

function figuresOf(
  { target }: TrainingData,
  rows: Int32Array,
  predicted: Float64Array,
): Readonly<Record<string, number | null>> {
  if (target.task === 'regression') {
    const figures = regressionQuality(targetValues(target, rows), predicted);
    // One row has no variance to explain.
    return rows.length > 1 ? { ...figures } : { ...figures, r2: null };
  }
  const actual = classCodes(target, rows);
  const { confusion_matrix: _, ...figures } = classificationQuality(actual, predicted, target.classes.length);
  return figures;
}

/** Of a sample as it is, as `numpy.std` has it; a split that can't tell counts for nothing. */
function spread(values: readonly (number | null)[]): FoldScores {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { mean: null, std: null, values };
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0);
  return { mean, std: Math.sqrt(variance), values };
}
