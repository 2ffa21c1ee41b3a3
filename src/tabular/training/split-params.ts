/** Share of the rows that is held out, unless another is asked for. */
export const DEFAULT_TEST_FRACTION = 0.25;
const [LEAST_TEST_FRACTION, MOST_TEST_FRACTION] = [0.05, 0.5];

/** By what rows are parted into those that are learned from and those that are tried. */
export type SplitParam = { readonly test_fraction?: number } & (
  | { readonly kind: 'random' }
  /** The last rows by this column are held out. */
  | { readonly kind: 'time'; readonly column: string }
  /** No value of this column is on both sides. */
  | { readonly kind: 'group'; readonly column: string }
);

export const SPLIT_RULE = `{"kind":"random"}, {"kind":"time","column":name} or {"kind":"group","column":name}, each with or without a "test_fraction" from ${LEAST_TEST_FRACTION} to ${MOST_TEST_FRACTION}`;

export function isSplitParam(value: unknown): value is SplitParam {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const {
    kind,
    column,
    test_fraction: share = DEFAULT_TEST_FRACTION,
    ...others
  } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0) return false;
  if (typeof share !== 'number' || !(share >= LEAST_TEST_FRACTION && share <= MOST_TEST_FRACTION))
    return false;
  return kind === 'random'
    ? column === undefined
    : (kind === 'time' || kind === 'group') && typeof column === 'string';
}
