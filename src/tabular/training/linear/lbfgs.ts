/** Value of the function at `x`; writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** Multiplies by an approximate inverse of the Hessian, in place: for each output the weights, then the intercept. */
export type Precondition = (vector: Float64Array) => void;

export interface Stop {
  /** What a step would lower the value by, as a share of the value. */
  readonly tolerance: number;
  /** Or as a share of what the first step would. Default 0. */
  readonly decrease?: number;
}

const MEMORY = 10;
const MAX_ITERATIONS = 1000;
const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_LINE_SEARCH_STEPS = 25;

/**
 * Minimises a smooth function by L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4), which begins with an
 * approximate inverse of the Hessian, with a line search that brackets and bisects for the weak Wolfe conditions (Lewis &
 * Overton, 2013). It ends when the next step promises too little, by half its slope, or the last one gained too little.
 *
 * @param start not changed
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  precondition: Precondition,
  { tolerance, decrease = 0 }: Stop,
): Float64Array {
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];
  let firstPromise = 0;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const direction = descentDirection(gradient, pairs, precondition);
    const promise = -dot(gradient, direction) / 2;
    if (iteration === 0) firstPromise = promise;
    if (!(promise > Math.max(tolerance * Math.abs(value), decrease * firstPromise))) break;
    const next = search(objective, x, value, gradient, direction);
    if (!next) break;
    const step = difference(next.x, x);
    const change = difference(next.gradient, gradient);
    const curvature = dot(step, change);
    if (curvature > 0) {
      pairs.push({ step, change, inverse: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    const gain = value - next.value;
    ({ x, gradient, value } = next);
    if (gain <= tolerance * Math.abs(value)) break;
  }
  return x;
}

/** A step and what it changed of the gradient. */
interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descentDirection(
  gradient: Float64Array,
  pairs: readonly Pair[],
  precondition: Precondition,
): Float64Array {
  const direction = new Float64Array(gradient.length);
  addScaled(direction, -1, gradient);
  const alphas = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { step, change, inverse } = pairs[p]!;
    alphas[p] = inverse * dot(step, direction);
    addScaled(direction, -alphas[p]!, change);
  }
  precondition(direction);
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
): { x: Float64Array<ArrayBuffer>; gradient: Float64Array<ArrayBuffer>; value: number } | null {
  const slope = dot(gradient, direction);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = 1;
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
  const out = new Float64Array(a.length);
  for (let j = 0; j < a.length; j++) out[j] = a[j]! - b[j]!;
  return out;
}

function addScaled(to: Float64Array, factor: number, from: Float64Array): void {
  for (let j = 0; j < to.length; j++) to[j]! += factor * from[j]!;
}
