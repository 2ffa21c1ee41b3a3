import type { Histogram } from '@opentelemetry/sdk-metrics';
import { boundText, valueText } from './text-format.ts';

/** The sample lines that both text formats have in common. */

export function sampleText(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${valueText(value)}\n` : `${name}{${labels}} ${valueText(value)}\n`;
}

// A histogram keeps one boundaries array for life: the ends of its bucket lines are made once.
const bucketEnds = new WeakMap<readonly number[], readonly string[]>();

function bucketEndsOf(boundaries: readonly number[]): readonly string[] {
  let ends = bucketEnds.get(boundaries);
  if (ends === undefined) {
    ends = [...boundaries, Number.POSITIVE_INFINITY].map((bound) => `le="${boundText(bound)}"} `);
    bucketEnds.set(boundaries, ends);
  }
  return ends;
}

/** @param remarks what follows the sample of each bucket */
export function histogramText(
  name: string,
  labels: string,
  { buckets, sum, count }: Histogram,
  remarks?: readonly string[],
): string {
  const ends = bucketEndsOf(buckets.boundaries);
  const start = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
  const { counts } = buckets;
  let text = '';
  let cumulative = 0;
  for (let i = 0; i < ends.length; i++) {
    cumulative += counts[i]!;
    text += `${start}${ends[i]!}${cumulative}${remarks === undefined ? '' : remarks[i]!}\n`;
  }
  return text + sampleText(`${name}_sum`, labels, sum ?? 0) + sampleText(`${name}_count`, labels, count);
}
