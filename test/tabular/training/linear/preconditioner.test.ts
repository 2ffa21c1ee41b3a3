import { expect, test } from 'vitest';
import type { Design } from '../../../../src/tabular/scoring/design.ts';
import { LogisticLoss } from '../../../../src/tabular/training/linear/logistic-loss.ts';
import { preconditioner } from '../../../../src/tabular/training/linear/preconditioner.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';

/** Where all weights are 0 each row is of each class as likely as of another, so all rows curve alike. */
test.each([
  ['all outputs together are few weights', 3, 40],
  ['all outputs together are many weights', 4, 120],
  ['there are two classes and many weights', 2, 350],
])('where rows curve alike and %s, the inverse of the curvature is exact', (_, classes, columns) => {
  const rows = 500;
  const random = createRandom(columns);
  const mixed = Float64Array.from({ length: rows }, () => random() - random());
  const design: Design = {
    rows,
    width: columns,
    dense: Array.from({ length: columns }, (_, index) => ({
      index,
      values: mixed.map((value) => value + random() - random()),
    })),
    hot: [],
  };
  const codes = Int32Array.from({ length: rows }, (_, i) => i % classes);
  const loss = new LogisticLoss(design, codes, classes, null);
  const outputs = classes === 2 ? 1 : classes;
  const size = columns + 1;
  const wanted = Float64Array.from({ length: outputs * size }, () => random() - random());
  const penalties = new Float64Array(columns).fill(2);
  const gradientAt = (step: number) => {
    const gradient = new Float64Array(wanted.length);
    loss.valueAt(
      wanted.map((value) => step * value),
      gradient,
      1,
    );
    return gradient;
  };
  const [ahead, behind] = [gradientAt(1e-4), gradientAt(-1e-4)];
  const product = wanted.map(
    (value, j) => (ahead[j]! - behind[j]!) / 2e-4 + (j % size < columns ? 2 * value : 0),
  );
  const zero = new Float64Array(wanted.length);
  preconditioner(loss.sample, design, loss.evidenceAt(zero), penalties)(product);
  for (let k = 0; k < outputs; k++) {
    const part = (of: Float64Array) => of.subarray(k * size, (k + 1) * size);
    part(product).forEach((value, j) => {
      // Softmax does not tell how high all intercepts lie together.
      const origin = (of: Float64Array) => (outputs > 1 && j === columns ? of[columns]! : 0);
      expect(value - origin(product)).toBeCloseTo(part(wanted)[j]! - origin(wanted), 4);
    });
  }
});
