import type { Labels, OnSample } from '../exposition/each-sample.ts';

/** What a process exported, of late: a few samples of each series, the newest in the place of the oldest. */
export interface History {
  /** Keeps one more sample of every series. */
  add(time: number, forEachSample: (onSample: OnSample) => void): void;
  /**
   * The named metrics' series, each with a value for every time; NaN where it was not exported.
   * @param since only what came after it; default: all that is kept
   */
  read(metrics: ReadonlySet<string>, since?: number): Recorded;
}

export interface Recorded {
  /** Milliseconds since 1970, ascending. */
  readonly times: readonly number[];
  readonly series: readonly RecordedSeries[];
}

export interface RecordedSeries {
  readonly metric: string;
  readonly labels: Labels;
  readonly values: readonly number[];
}

interface Ring {
  readonly metric: string;
  readonly labels: Labels;
  readonly values: Float64Array;
  /** The number of the newest sample. */
  last: number;
}

/**
 * @param length how many samples of a series are kept, 8 bytes each
 * @param maxSeries how many series; what comes beyond is not kept
 */
export function createHistory(length: number, maxSeries: number): History {
  const rings = new Map<string, Ring>();
  const times = new Float64Array(length);
  let added = 0;

  return {
    add(time, forEachSample) {
      const slot = added % length;
      times[slot] = time;
      forEachSample((key, metric, labels, value) => {
        let ring = rings.get(key);
        if (ring === undefined) {
          if (rings.size === maxSeries) return;
          ring = { metric, labels: labels(), values: new Float64Array(length).fill(Number.NaN), last: added };
          rings.set(key, ring);
        }
        ring.values[slot] = value;
        ring.last = added;
      });
      for (const [key, ring] of rings) {
        if (ring.last === added) continue;
        if (added - ring.last >= length) rings.delete(key);
        else ring.values[slot] = Number.NaN;
      }
      added++;
    },

    read(metrics, since = Number.NEGATIVE_INFINITY) {
      let first = Math.max(0, added - length);
      while (first < added && times[first % length]! <= since) first++;
      const inOrder = (values: Float64Array) =>
        Array.from({ length: added - first }, (_, i) => values[(first + i) % length]!);
      return {
        times: inOrder(times),
        series: [...rings.values()]
          .filter(({ metric }) => metrics.has(metric))
          .map(({ metric, labels, values }) => ({ metric, labels, values: inOrder(values) })),
      };
    },
  };
}
