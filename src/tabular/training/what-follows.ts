import { sharesLoops } from './boosting/fit-pool.ts';
import { extentOfImportance } from './quality/importance.ts';
import { extentOfDependence } from './quality/partial-dependence.ts';
import type { Following } from './search/following.ts';
import type { TrainingData } from './training-data.ts';

/**
 * What a run does with its model: fits it on the rows that it learns from, on all of them where some were held out, and in
 * folds; predicts what it is measured on; and asks it again and again for importances and dependences.
 */
export function whatFollows(
  data: TrainingData,
  learned: number,
  tested: number,
  isHeldOut: boolean,
  folds: number,
): Following {
  const all = data.target.rows.length;
  return {
    sharesLoops: sharesLoops(learned, data.inputs.length),
    fittedRows: learned + (isHeldOut ? all : 0) + Math.max(0, folds - 1) * all,
    predictedRows: (trees) => {
      const importance = extentOfImportance(data, trees, tested);
      const dependence = extentOfDependence(data, trees, tested);
      return (
        tested +
        (folds > 0 ? all : 0) +
        importance.rows * (1 + importance.repeats * data.inputs.length) +
        dependence.rows * dependence.points * Math.min(dependence.features, data.inputs.length)
      );
    },
  };
}
