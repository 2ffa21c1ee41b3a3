import type { TargetTransform } from '../document.ts';

export function transformed(transform: TargetTransform, values: Float64Array): Float64Array {
  if (transform.name === 'log') return values.map(Math.log);
  const { scale } = transform;
  return values.map((value) => Math.sign(value) * Math.log1p(Math.abs(value) / scale));
}

/** Values of the target's own scale, from those of the transformed one. */
export function turnBack(transform: TargetTransform, values: Float64Array): Float64Array {
  const { least, most } = transform;
  const bounded = values.map((value) => Math.min(Math.max(value, least), most));
  if (transform.name === 'log') return bounded.map(Math.exp);
  const { scale } = transform;
  return bounded.map((value) => Math.sign(value) * scale * Math.expm1(Math.abs(value)));
}
