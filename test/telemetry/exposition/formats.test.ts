import { expect, test } from 'vitest';
import type { Family } from '../../../src/telemetry/exposition/families.ts';
import { writeOpenMetrics } from '../../../src/telemetry/exposition/openmetrics.ts';
import { writeProtobuf } from '../../../src/telemetry/exposition/protobuf.ts';
import { writeText } from '../../../src/telemetry/exposition/text.ts';
import { boundText } from '../../../src/telemetry/exposition/text-format.ts';
import { createInstruments } from '../../../src/telemetry/instruments/instruments.ts';
import { seededRandom } from '../../support/random.ts';
import { Exposition } from '../exposition-reader.ts';
import { nativeBuckets, readProtobuf } from '../prometheus-protobuf.ts';
import { hasPythonClient, parseOpenMetrics } from '../python-client.ts';
import { startTestMeter } from '../test-meter.ts';

/** One collection of a process that has done a bit of everything. */
async function collected(): Promise<readonly Family[]> {
  const random = seededRandom();
  const meter = startTestMeter('mlops.backend');
  const { uploads, training, predictions, ttl, children } = createInstruments('mlops.backend');
  for (let i = 0; i < 500; i++) {
    uploads.succeeded({
      mode: i % 3 ? 'light' : 'heavy',
      bytes: 1e9 * random() ** 6,
      seconds: 50 * random() ** 4,
    });
    predictions.made({ task: i % 2 ? 'regression' : 'classification', rows: i, seconds: random() ** 5 });
  }
  training.started({ mode: 'heavy', task: 'regression', waitSeconds: 0 });
  training.succeeded({ mode: 'heavy', task: 'regression', seconds: 12.5 });
  ttl.cycle({ result: 'success', seconds: 0.4 });
  children('trainer', 'heavy').ended(3e8);
  return [...(await meter.collect())];
}

/** name{labels} → value, of every sample. */
type Samples = Map<string, number>;
const key = (name: string, labels: Readonly<Record<string, string>>) =>
  `${name} ${JSON.stringify(Object.entries(labels).sort())}`;

const ofText = (page: string): Samples =>
  new Map(
    [...new Exposition(page).families.values()].flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => [key(name, labels), value] as const),
    ),
  );

const ofOpenMetrics = (page: string): Samples =>
  new Map(
    parseOpenMetrics(page)
      .flatMap(({ samples }) => samples)
      .filter(({ name }) => !name.endsWith('_created'))
      .map(({ name, labels, value }) => [key(name, labels), value]),
  );

function ofProtobuf(page: Uint8Array): Samples {
  const samples: Samples = new Map();
  for (const { name, metric } of readProtobuf(page)) {
    for (const { label = [], counter, gauge, histogram } of metric) {
      const labels = Object.fromEntries(label.map((pair) => [pair.name, pair.value]));
      if (histogram === undefined) {
        samples.set(key(name, labels), (counter ?? gauge)!.value);
        continue;
      }
      for (const { upperBound, cumulativeCount } of histogram.bucket)
        samples.set(key(`${name}_bucket`, { ...labels, le: boundText(upperBound) }), cumulativeCount);
      samples.set(key(`${name}_sum`, labels), histogram.sampleSum);
      samples.set(key(`${name}_count`, labels), histogram.sampleCount);
    }
  }
  return samples;
}

test('protobuf has the same samples as text', async () => {
  const families = await collected();
  const text = ofText(writeText(families).toString());
  expect(text.size).toBeGreaterThan(300);
  expect(ofProtobuf(writeProtobuf(families))).toEqual(text);
});

test.skipIf(!hasPythonClient)(
  'OpenMetrics has the same samples as text, by another’s parser (needs python3-prometheus-client)',
  async () => {
    const families = await collected();
    expect(ofOpenMetrics(writeOpenMetrics(families).toString())).toEqual(
      ofText(writeText(families).toString()),
    );
  },
);

test('the native buckets of every histogram hold as many values as its classic ones', async () => {
  const families = readProtobuf(writeProtobuf(await collected()));
  const histograms = families
    .flatMap(({ metric }) => metric)
    .flatMap(({ histogram }) => (histogram ? [histogram] : []));
  expect(histograms.length).toBeGreaterThan(15);
  for (const histogram of histograms) {
    const native = [...nativeBuckets(histogram).values()].reduce((a, b) => a + b, histogram.zeroCount ?? 0);
    expect(native).toBe(histogram.sampleCount);
    expect(histogram.bucket.at(-1)?.cumulativeCount).toBe(histogram.sampleCount);
  }
});
