/** Value of the function at `x`; writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Of the first start: the largest component of its gradient. */
  readonly gradientNorm: number;
  /** The last steps and what they changed of the gradient. */
  readonly pairs: readonly Pair[];
}

const MEMORY = 10;
const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_LINE_SEARCH_STEPS = 25;

/**
 * Minimises a smooth function by L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4) with a line
 * search that brackets and bisects for the weak Wolfe conditions (Lewis & Overton, 2013).
 *
 * Stops when the gradient's largest component has fallen to `tolerance` of the first start's (or of 1, where that is
 * flatter), or when a step gains nothing that counts.
 *
 * @param start not changed; a result of a similar function to go on from, with what is known of its curvature
 */
export function minimise(
  objective: Objective,
  start: Float64Array | Minimum,
  { maxIterations = 1000, tolerance = 1e-5 } = {},
): Minimum {
  const isFirst = start instanceof Float64Array;
  let x = (isFirst ? start : start.x).slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const gradientNorm = isFirst ? Math.max(largest(gradient), 1e-6) : start.gradientNorm;
  const goal = tolerance * gradientNorm;
  const pairs = isFirst ? [] : [...start.pairs];
  let iterations = 0;
  for (; iterations < maxIterations && largest(gradient) > goal; iterations++) {
    const direction = descentDirection(gradient, pairs);
    const firstStep = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    const next = search(objective, x, value, gradient, direction, firstStep);
    if (!next) break;
    const step = difference(next.x, x);
    const change = difference(next.gradient, gradient);
    const curvature = dot(step, change);
    if (curvature > 1e-12) {
      pairs.push({ step, change, inverse: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    const gain = value - next.value;
    ({ x, gradient, value } = next);
    if (Math.abs(gain) < 1e-10 * Math.abs(value)) break;
  }
  return { x, value, iterations, gradientNorm, pairs };
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const alphas = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { step, change, inverse } = pairs[p]!;
    alphas[p] = inverse * dot(step, direction);
    addScaled(direction, -alphas[p]!, change);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.inverse * dot(last.change, last.change));
    for (let j = 0; j < direction.length; j++) direction[j]! *= scale;
  }
  pairs.forEach(({ step, change, inverse }, p) => {
    addScaled(direction, alphas[p]! - inverse * dot(change, direction), step);
  });
  return direction;
}

/** Null when no step along `direction` lowers the value. */
function search(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  firstStep: number,
): { x: Float64Array<ArrayBuffer>; gradient: Float64Array<ArrayBuffer>; value: number } | null {
  const slope = dot(gradient, direction);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = firstStep;
  const at = { x: new Float64Array(x.length), gradient: new Float64Array(x.length), value };
  for (let tries = 0; tries < MAX_LINE_SEARCH_STEPS; tries++) {
    for (let j = 0; j < x.length; j++) at.x[j] = x[j]! + step * direction[j]!;
    at.value = objective(at.x, at.gradient);
    if (!(at.value <= value + SUFFICIENT_DECREASE * step * slope)) high = step;
    else if (dot(at.gradient, direction) < CURVATURE * slope) low = step;
    else return at;
    step = high === Number.POSITIVE_INFINITY ? 2 * step : (low + high) / 2;
  }
  return at.value < value ? at : null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]!);
}

function addScaled(to: Float64Array, factor: number, from: Float64Array): void {
  for (let j = 0; j < to.length; j++) to[j]! += factor * from[j]!;
}

/** The largest absolute value. */
export function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
