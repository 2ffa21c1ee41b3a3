import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { BoundMetrics } from '../src/telemetry/bound/bound-metrics.ts';
import { familiesOf } from '../src/telemetry/exposition/families.ts';
import { WRITERS } from '../src/telemetry/exposition/writers.ts';
import { PullReader } from '../src/telemetry/reader.ts';

/**
 * `node bench/scrape.ts [series]`: size and CPU time of one collection in each format, and of the stock serializer of the
 * OpenTelemetry exporter, over the same collections in the same run, alternating. The ratios are what to read: writing
 * stalls the event loop for as long as it takes; gzip works beside it.
 */
const series = Number(process.argv[2] ?? 20_000);
const ROUNDS = 15;
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const gzipped = promisify(gzip);

const bound = new BoundMetrics();
const reader = new PullReader(bound);
// The default limit of 2000 series for each instrument would fold the rest into one.
const views = [{ meterName: 'bench', aggregationCardinalityLimit: series + 1 }];
const meter = new MeterProvider({ readers: [reader], views }).getMeter('bench');
const requests = meter.createCounter('requests', { unit: '{request}', description: 'Requests.' });
const definition = { name: 'request.duration', unit: 's', description: 'Duration.' };
const histogram = bound.histogram(
  { ...definition, group: 'http', kind: 'histogram', labels: {} },
  BOUNDARIES,
);
const all = Array.from({ length: series }, (_, i) => {
  const labels = { 'http.route': `/api/v1/things/${i}`, 'http.request.method': 'GET', mode: 'light' };
  return { labels, duration: histogram.bind(labels) };
});
const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

/** One value in ten belongs to a sampled trace. */
function record(): void {
  for (const [i, { labels, duration }] of all.entries()) {
    duration.record(Math.exp(Math.random() * 5 - 4), i % 10 === 0 ? span : undefined);
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
    const before = process.threadCpuUsage();
    // Text is a tree of pieces until someone needs its bytes, as the answer does.
    const written = write(resourceMetrics);
    const page = typeof written === 'string' ? Buffer.from(written) : written;
    writeMs.push(milliseconds(process.threadCpuUsage(before)));
    const packing = process.cpuUsage();
    const packed = await gzipped(page);
    gzipMs.push(milliseconds(process.cpuUsage(packing)));
    Object.assign(taken.get(name)!, { bytes: page.byteLength, gzipBytes: packed.byteLength });
  }
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
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
