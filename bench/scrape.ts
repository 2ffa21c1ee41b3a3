import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { familiesOf } from '../src/telemetry/exposition/families.ts';
import { WRITERS } from '../src/telemetry/exposition/writers.ts';
import { PullReader } from '../src/telemetry/reader.ts';

/**
 * `node bench/scrape.ts [series]`: size and time of one collection in each format, and of the stock serializer of the
 * OpenTelemetry exporter, over the same collections in the same run, alternating. The ratios are what to read: writing
 * stalls the event loop for as long as it takes; gzip works beside it.
 */
const series = Number(process.argv[2] ?? 20_000);
const ROUNDS = 15;
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const gzipped = promisify(gzip);

const reader = new PullReader();
// The default limit of 2000 series for each instrument would fold the rest into one.
const views = [{ meterName: 'bench', aggregationCardinalityLimit: series + 1 }];
const meter = new MeterProvider({ readers: [reader], views }).getMeter('bench');
const advice = { explicitBucketBoundaries: BOUNDARIES };
const duration = meter.createHistogram('request.duration', { unit: 's', description: 'Duration.', advice });
const requests = meter.createCounter('requests', { unit: '{request}', description: 'Requests.' });

function record(): void {
  for (let i = 0; i < series; i++) {
    const labels = { 'http.route': `/api/v1/things/${i}`, 'http.request.method': 'GET', mode: 'light' };
    duration.record(Math.random() * 12, labels);
    requests.add(1, labels);
  }
}

const stock = new PrometheusSerializer('', false, undefined, false, true);
const writers: Record<string, (collected: ResourceMetrics) => string | Uint8Array<ArrayBuffer>> = {
  ...Object.fromEntries(
    Object.entries(WRITERS).map(([format, write]) => [
      format,
      (collected: ResourceMetrics) => write(familiesOf(collected)),
    ]),
  ),
  stock: (collected) => stock.serialize(collected),
};

interface Taken {
  readonly writeMs: number[];
  readonly gzipMs: number[];
  bytes: number;
  gzipBytes: number;
}
const taken = new Map<string, Taken>(
  Object.keys(writers).map((name) => [name, { writeMs: [], gzipMs: [], bytes: 0, gzipBytes: 0 }]),
);

for (let round = 0; round < ROUNDS; round++) {
  record();
  const { resourceMetrics } = await reader.collect();
  for (const [name, write] of Object.entries(writers)) {
    const { writeMs, gzipMs } = taken.get(name)!;
    const start = performance.now();
    // Text is a tree of pieces until someone needs its bytes, as the answer does.
    const written = write(resourceMetrics);
    const page = typeof written === 'string' ? Buffer.from(written) : written;
    writeMs.push(performance.now() - start);
    const packing = performance.now();
    const packed = await gzipped(page);
    gzipMs.push(performance.now() - packing);
    Object.assign(taken.get(name)!, { bytes: page.byteLength, gzipBytes: packed.byteLength });
  }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ofText = median(taken.get('text')?.writeMs ?? []);
process.stdout.write(
  `${series} series each of a histogram (${BOUNDARIES.length} buckets) and a counter, ${ROUNDS} rounds\n`,
);
for (const [name, { writeMs, gzipMs, bytes, gzipBytes }] of taken) {
  const ms = median(writeMs);
  process.stdout.write(
    `${name.padEnd(12)} median ${ms.toFixed(1)} ms, first ${(writeMs[0] ?? 0).toFixed(1)} ms, ${(ms / ofText).toFixed(2)} of text; ` +
      `${(bytes / 1e6).toFixed(1)} MB; gzip ${(gzipBytes / 1e6).toFixed(2)} MB in ${median(gzipMs).toFixed(0)} ms\n`,
  );
}
