import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { serialize } from '../src/telemetry/exposition/serialize.ts';
import { PullReader } from '../src/telemetry/reader.ts';

/**
 * `node bench/scrape.ts [series]`: time to turn one collection into text, our serializer beside the stock one of
 * the OpenTelemetry exporter, over the same collections in the same run, alternating. The ratio is what to read:
 * both stall the event loop for as long as they take.
 */
const series = Number(process.argv[2] ?? 20_000);
const ROUNDS = 15;
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

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

function timed(work: () => string): { ms: number; bytes: number } {
  const start = performance.now();
  const text = work();
  return { ms: performance.now() - start, bytes: Buffer.byteLength(text) };
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const stock = new PrometheusSerializer('', false, undefined, false, true);
const serializers: Record<string, (metrics: ResourceMetrics) => string> = {
  ours: serialize,
  stock: (metrics) => stock.serialize(metrics),
};
const times: Record<string, number[]> = { ours: [], stock: [] };
const bytes: Record<string, number> = {};

for (let round = 0; round < ROUNDS; round++) {
  record();
  const { resourceMetrics } = await reader.collect();
  for (const [name, run] of Object.entries(serializers)) {
    const result = timed(() => run(resourceMetrics));
    times[name]?.push(result.ms);
    bytes[name] = result.bytes;
  }
}

const { ours = [], stock: stocks = [] } = times;
const line = (name: string, all: number[]) =>
  `${name.padEnd(6)} median ${median(all).toFixed(1)} ms, first ${(all[0] ?? 0).toFixed(1)} ms, ${((bytes[name] ?? 0) / 1e6).toFixed(1)} MB\n`;
process.stdout.write(
  `${series} series each of a histogram (${BOUNDARIES.length} buckets) and a counter, ${ROUNDS} rounds\n`,
);
process.stdout.write(line('ours', ours) + line('stock', stocks));
process.stdout.write(`stock / ours: ${(median(stocks) / median(ours)).toFixed(1)}\n`);
