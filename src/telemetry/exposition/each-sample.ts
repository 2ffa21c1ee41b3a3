import { type Family, writeSeries } from './families.ts';
import { labelsOf, oncePerSeries } from './labels.ts';
import { boundText } from './text-format.ts';

export type Labels = Readonly<Record<string, string>>;

/** @param key names the series: no other has the same */
export type OnSample = (key: string, metric: string, labels: () => Labels, value: number) => void;

const labelsAsRecord = oncePerSeries((attributes): Labels => Object.fromEntries(labelsOf(attributes)));

/** Every sample as Prometheus keeps it: a histogram's are its cumulative buckets, its sum and its count. */
export function eachSample(families: Iterable<Family>, onSample: OnSample): void {
  for (const family of families) {
    const { seriesName: name } = family;
    writeSeries(family, {
      number: ({ attributes, value }, labels) =>
        onSample(`${name}{${labels}}`, name, () => labelsAsRecord(attributes), value),
      histogram: ({ attributes, value: { buckets, sum, count } }, labels) => {
        const own = () => labelsAsRecord(attributes);
        const bounds = [...buckets.boundaries, Number.POSITIVE_INFINITY];
        let cumulative = 0;
        for (const [i, bound] of bounds.entries()) {
          cumulative += buckets.counts[i] ?? 0;
          const le = boundText(bound);
          onSample(`${name}_bucket{${labels},${le}}`, `${name}_bucket`, () => ({ ...own(), le }), cumulative);
        }
        onSample(`${name}_sum{${labels}}`, `${name}_sum`, own, sum ?? 0);
        onSample(`${name}_count{${labels}}`, `${name}_count`, own, count);
      },
    });
  }
}
