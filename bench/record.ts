import { ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BoundHistogram } from '../src/telemetry/bound/bound-histogram.ts';
import { sampledSpan } from '../src/telemetry/bound/exemplar.ts';

/**
 * `node bench/record.ts [values]`: nanoseconds of CPU to record one value in a histogram, without looking for a span, looking
 * and finding none, one that is not sampled, and one that is. All in one run, alternating.
 */
const VALUES = Number(process.argv[2] ?? 2_000_000);
const ROUNDS = 11;
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const values = Float64Array.from({ length: 4096 }, () => Math.exp(Math.random() * 6 - 5));

const sdk = new NodeSDK({
  metricReaders: [],
  resourceDetectors: [],
  spanProcessors: [
    { onStart() {}, onEnd() {}, forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() },
  ],
});
sdk.start();
const tracer = trace.getTracer('bench');

function nanoseconds(span: () => SpanContext | undefined): number {
  const histogram = new BoundHistogram({}, BOUNDARIES);
  const start = process.threadCpuUsage();
  for (let i = 0; i < VALUES; i++) histogram.record(values[i & 4095]!, span());
  const { user, system } = process.threadCpuUsage(start);
  return ((user + system) * 1000) / VALUES;
}

const unsampled = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 0 };
const cases: Record<string, () => number> = {
  'without looking for a span': () => nanoseconds(() => undefined),
  'no span is active': () => nanoseconds(sampledSpan),
  'one that is not sampled': () =>
    tracer.startActiveSpan('u', {}, trace.setSpanContext(ROOT_CONTEXT, unsampled), () =>
      nanoseconds(sampledSpan),
    ),
  'a sampled one': () => tracer.startActiveSpan('s', () => nanoseconds(sampledSpan)),
};

const taken = new Map(Object.keys(cases).map((name) => [name, [] as number[]]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, run] of Object.entries(cases)) taken.get(name)?.push(run());
await sdk.shutdown();

const median = (all: readonly number[]) =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
const least = median([...taken.values()][0] ?? []);
for (const [name, all] of taken) {
  const ns = median(all);
  process.stdout.write(
    `${name.padEnd(28)} ${ns.toFixed(1).padStart(6)} ns, ${(ns - least).toFixed(1)} more\n`,
  );
}
