import type { RegressionQuality } from '../types.ts';

/** As scikit-learn: where every actual value is the same, R² is 1 for a perfect prediction and else 0. */
export function regressionQuality(actual: Float64Array, predicted: Float64Array): RegressionQuality {
  const rows = actual.length;
  let sum = 0;
  for (const value of actual) sum += value;
  const mean = sum / rows;
  let squares = 0;
  let absolutes = 0;
  let spread = 0;
  for (let i = 0; i < rows; i++) {
    const error = actual[i]! - predicted[i]!;
    squares += error * error;
    absolutes += Math.abs(error);
    spread += (actual[i]! - mean) ** 2;
  }
  const constantR2 = squares === 0 ? 1 : 0;
  return {
    r2: spread > 0 ? 1 - squares / spread : constantR2,
    mse: squares / rows,
    rmse: Math.sqrt(squares / rows),
    mae: absolutes / rows,
  };
}
