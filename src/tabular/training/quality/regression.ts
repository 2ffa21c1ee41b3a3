import { sortNumbers } from '../boosting/sort-numbers.ts';
import type { RegressionQuality } from '../types.ts';

/** The figures as scikit-learn defines them. */
export function regressionQuality(actual: Float64Array, predicted: Float64Array): RegressionQuality {
  const rows = actual.length;
  const absolutes = new Float64Array(rows);
  let squares = 0;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const error = actual[i]! - predicted[i]!;
    absolutes[i] = Math.abs(error);
    squares += error * error;
    sum += absolutes[i]!;
  }
  return {
    r2: coefficientOfDetermination(actual, predicted),
    mse: squares / rows,
    rmse: Math.sqrt(squares / rows),
    mae: sum / rows,
    median_absolute_error: medianOf(absolutes),
  };
}

/** R². Where every actual value is the same: 1 for a perfect prediction and else 0. */
export function coefficientOfDetermination(actual: Float64Array, predicted: Float64Array): number {
  const rows = actual.length;
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += actual[i]!;
  const mean = sum / rows;
  let squares = 0;
  let spread = 0;
  for (let i = 0; i < rows; i++) {
    squares += (actual[i]! - predicted[i]!) ** 2;
    spread += (actual[i]! - mean) ** 2;
  }
  const constantR2 = squares === 0 ? 1 : 0;
  return spread > 0 ? 1 - squares / spread : constantR2;
}

/** @param numbers is sorted */
function medianOf(numbers: Float64Array): number {
  sortNumbers(numbers);
  const middle = numbers.length >> 1;
  return numbers.length % 2 === 1 ? numbers[middle]! : (numbers[middle - 1]! + numbers[middle]!) / 2;
}
