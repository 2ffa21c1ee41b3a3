import type { Design, HotGroup } from '../../scoring/design.ts';
import type { Precondition } from './lbfgs.ts';
import type { Curvature } from './loss.ts';
import { numbersPart, TINY } from './numbers-part.ts';
import type { Sample } from './sample.ts';

/**
 * An approximate inverse of Σ curvature · x xᵀ + penalties. Taken as they are: how numbers go together, from a sample of
 * the rows, and how the labels of one column do. Left out: how columns of labels go together with others. So few steps are
 * left to whoever iterates with it. Labels are centred, which parts them from the intercept. Then a group, of which each
 * row has one, is a diagonal less an outer product (Sherman & Morrison, 1950); with the diagonal alone nothing but
 * the penalty would hold back the group's sum, and that takes iterations by the hundred.
 */
export function preconditioner(
  sample: Sample,
  { hot, width }: Design,
  curvature: Curvature,
  penalties: Float64Array,
): Precondition {
  const size = width + 1;
  const solveNumbers = numbersPart(sample, curvature, penalties);
  const groups = curvature.sums.flatMap((sums, k) =>
    hot.map((group) => groupPart(group, k * size, penalties, sums, sums[width]!)),
  );
  const eachLabel = (visit: (place: number, mean: number, intercept: number) => void) => {
    curvature.sums.forEach((sums, k) => {
      for (const { start, count } of hot) {
        for (let j = start; j < start + count; j++)
          visit(k * size + j, sums[j]! / sums[width]!, k * size + width);
      }
    });
  };
  return (vector) => {
    eachLabel((place, mean, intercept) => {
      vector[place]! -= mean * vector[intercept]!;
    });
    solveNumbers(vector);
    for (const group of groups) group(vector);
    eachLabel((place, mean, intercept) => {
      vector[intercept]! -= mean * vector[place]!;
    });
  };
}

/** (diagonal − s sᵀ / total)⁻¹ of one group. */
function groupPart(
  { start, count }: HotGroup,
  offset: number,
  penalties: Float64Array,
  sums: Float64Array,
  total: number,
): Precondition {
  const inverse = new Float64Array(count);
  const scaled = new Float64Array(count);
  let rest = total;
  for (let k = 0; k < count; k++) {
    const sum = sums[start + k]!;
    inverse[k] = 1 / Math.max(sum + penalties[start + k]!, TINY * total);
    scaled[k] = sum * inverse[k]!;
    rest -= sum * scaled[k]!;
  }
  const factor = rest > TINY * total ? 1 / rest : 0;
  const first = offset + start;
  return (vector) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += scaled[k]! * vector[first + k]!;
    for (let k = 0; k < count; k++) {
      vector[first + k] = inverse[k]! * vector[first + k]! + scaled[k]! * sum * factor;
    }
  };
}
