import { metrics, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BoundMetrics } from '../../src/telemetry/bound/bound-metrics.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { catalogueMeter } from '../../src/telemetry/instruments/catalogue-meter.ts';
import { createInstruments } from '../../src/telemetry/instruments/instruments.ts';
import { PullReader } from '../../src/telemetry/reader.ts';
import { boundMetricsCollected } from '../../src/telemetry/running.ts';
import { MODES, TASKS } from '../../src/vocabulary/modes.ts';
import { RUN_OUTCOMES } from '../../src/vocabulary/runs.ts';
import { type Measured, over, type Part, type Ratio } from '../part.ts';
import { peerFile } from '../peers.ts';

const BUCKETS = CATALOGUE.trainingDuration.buckets;
const PREFIX = 'mlops.backend';
const IN_A_SPAN = 'histogram, ours, in a sampled span';

const DISCARD = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

interface Labels {
  readonly mode: (typeof MODES)[number];
  readonly task: (typeof TASKS)[number];
  readonly outcome: (typeof RUN_OUTCOMES)[number];
}
interface Recorders {
  add(value: number, labels: Labels): void;
  record(value: number, labels: Omit<Labels, 'outcome'>): void;
}

/** As the domain records: labels found in closed sets, series bound before. */
function ours(): Recorders {
  const meter = catalogueMeter(PREFIX);
  return { add: meter.counter('trainingRuns'), record: meter.histogram('trainingDuration') };
}

function sdk(): Recorders {
  const meter = metrics.getMeter('bench');
  const counter = meter.createCounter('runs');
  const advice = { explicitBucketBoundaries: [...BUCKETS] };
  const histogram = meter.createHistogram('duration', { advice });
  return {
    add: (value, labels) => counter.add(value, labels as never),
    record: (value, labels) => histogram.record(value, labels as never),
  };
}

const COMBINATIONS: readonly Labels[] = MODES.flatMap((mode) =>
  TASKS.flatMap((task) => RUN_OUTCOMES.map((outcome) => ({ mode, task, outcome }))),
);

/** Nanoseconds of one call, the loop around it included; the labels are made anew each time, as callers do. */
function timed(calls: number, call: (labels: Labels, i: number) => void): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const { mode, task, outcome } = COMBINATIONS[i % COMBINATIONS.length] as Labels;
    call({ mode, task, outcome }, i);
  }
  return ((performance.now() - start) * 1e6) / calls;
}

export const part: Part = {
  about:
    'One addition to a counter with three labels and one record of a histogram with two, as the domain makes them, beside the SDK’s own instruments and other libraries. A domain call is `training.failed(…)`: two counters. In a sampled span a histogram keeps it as the bucket’s exemplar.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 5 : 25;
    const calls = quick ? 100_000 : 1_000_000;
    const bound = new BoundMetrics();
    boundMetricsCollected(bound);
    new NodeSDK({
      metricReaders: [new PullReader(bound)],
      resourceDetectors: [],
      spanProcessors: [DISCARD],
    }).start();
    const { recordersOf } = (await import(peerFile('registries.mjs'))) as {
      recordersOf: (buckets: readonly number[]) => Record<'prom-client' | '@prometheus-io/client', Recorders>;
    };
    const { training } = createInstruments(PREFIX);
    const libraries: Record<string, Recorders> = { ours: ours(), SDK: sdk(), ...recordersOf([...BUCKETS]) };
    const works = Object.entries(libraries).flatMap(([name, { add, record }]) => [
      { name: `counter, ${name}`, work: () => timed(calls, (labels) => add(1, labels)) },
      {
        name: `histogram, ${name}`,
        work: () => timed(calls, ({ mode, task }, i) => record(i % 4000, { mode, task })),
      },
    ]);
    works.push(
      {
        name: 'domain call, ours',
        work: () => timed(calls, ({ mode, task }) => training.failed({ mode, task, errorType: 'timeout' })),
      },
      {
        name: IN_A_SPAN,
        work: () => {
          const record = ({ mode, task }: Labels, i: number) =>
            libraries['ours']?.record(i % 4000, { mode, task });
          return trace.getTracer('bench').startActiveSpan('sampled', () => timed(calls, record));
        },
      },
    );
    const figures = works.map(({ name }) => ({ name, unit: 'ns', values: [] as number[] }));
    for (const { work } of works) work();
    for (let round = 0; round < rounds; round++)
      for (const [i, { work }] of works.entries()) figures[i]?.values.push(work());
    const valuesOf = (name: string) => figures.find((figure) => figure.name === name)?.values ?? [];
    const ratios: Ratio[] = ['counter', 'histogram'].flatMap((kind) =>
      Object.keys(libraries)
        .slice(1)
        .map((library) => ({
          name: `${kind}, ours / ${library}`,
          better: 'lower' as const,
          values: over(valuesOf(`${kind}, ours`), valuesOf(`${kind}, ${library}`)),
          ...(library === 'prom-client' && { aim: { atMost: 0.5 } }),
        })),
    );
    const span = { name: `${IN_A_SPAN} / in none`, better: 'lower' as const };
    ratios.push({ ...span, values: over(valuesOf(IN_A_SPAN), valuesOf('histogram, ours')) });
    return { figures, ratios };
  },
};
