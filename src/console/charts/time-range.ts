/** What is younger does not fill the width. */
const SHORTEST_SECONDS = 300;

/**
 * What an axis of time shows: all samples, the newest at its end. Of a single one uPlot would show the day that follows it.
 * @param times in seconds since 1970, ascending
 */
export function timeRange(times: ArrayLike<number>): [from: number, to: number] {
  const last = times[times.length - 1] ?? Date.now() / 1000;
  return [Math.min(times[0] ?? last, last - SHORTEST_SECONDS), last];
}
