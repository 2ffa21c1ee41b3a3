import type { Design } from '../../scoring/design.ts';

/** One row of `share`. */
export interface Sample {
  readonly share: number;
  readonly design: Design;
}

/** What the numbers' small matrix may cost, in passes over all rows. */
const MAX_PASSES = 2;

/** As many rows as tell how a design's numbers go together. */
export function sampleRows(design: Design, outputs: number): Sample {
  const { dense, hot, rows } = design;
  const size = dense.length + 1;
  const affordable = (8 * MAX_PASSES * rows) / (size * outputs);
  const plenty = Math.max(16 * size + 1024, rows / 32);
  const share = Math.max(1, Math.floor(rows / Math.max(4 * size + 256, Math.min(plenty, affordable))));
  if (share === 1) return { share, design };
  return {
    share,
    design: {
      ...design,
      rows: Math.ceil(rows / share),
      dense: dense.map(({ index, values }) => ({ index, values: everyNth(values, share) })),
      hot: hot.map((group) => ({ ...group, codes: everyNth(group.codes, share) })),
    },
  };
}

/** The first, and every n-th after it. */
export function everyNth<T extends Float64Array | Int32Array>(values: T, n: number): T {
  const some = values.slice(0, Math.ceil(values.length / n)) as T;
  for (let i = 1; i < some.length; i++) some[i] = values[i * n]!;
  return some;
}
