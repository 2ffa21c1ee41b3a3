import type { Split } from './split.ts';

/**
 * The last `share` of `rows` by time goes to `test`; rows of one time stay together, so it may be somewhat more or less.
 *
 * @param times of every row of the table; at least two of `rows` differ
 */
export function splitByTime(rows: Int32Array, share: number, times: Float64Array): Split {
  const ordered = inOrder(rows, times);
  return partsOf(
    ordered,
    nearestChange(ordered, times, rows.length - Math.round(rows.length * share)),
    rows.length,
  );
}

/**
 * Forward-chaining splits as scikit-learn's `TimeSeriesSplit` makes them: of k + 1 stretches of time each but the first is
 * tested once, by what came before it. Rows of one time stay together; where there are few times there are fewer splits.
 */
export function foldsByTime(rows: Int32Array, k: number, times: Float64Array): Split[] {
  const ordered = inOrder(rows, times);
  const length = Math.max(1, Math.floor(rows.length / (k + 1)));
  const wanted = Array.from({ length: k }, (_, fold) => rows.length - (k - fold) * length);
  const starts = new Set(wanted.map((start) => nearestChange(ordered, times, start)));
  const cuts = [...starts, rows.length].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, fold) => partsOf(ordered, start, cuts[fold + 1]!));
}

/** Of equal times the order of the rows decides. */
function inOrder(rows: Int32Array, times: Float64Array): Int32Array {
  return rows.slice().sort((a, b) => times[a]! - times[b]! || a - b);
}

/** What stands before `start`, and what stands from there to `end`; both parts' rows ascend. */
function partsOf(ordered: Int32Array, start: number, end: number): Split {
  return { train: ordered.slice(0, start).sort(), test: ordered.slice(start, end).sort() };
}

/** The position nearest to `at` whose time is another than that of the one before. */
function nearestChange(ordered: Int32Array, times: Float64Array, at: number): number {
  const isChange = (i: number) =>
    i > 0 && i < ordered.length && times[ordered[i]!] !== times[ordered[i - 1]!];
  for (let distance = 0; distance < ordered.length; distance++) {
    if (isChange(at - distance)) return at - distance;
    if (isChange(at + distance)) return at + distance;
  }
  throw new Error('All rows are of one time');
}
