import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BoundMetrics } from '../../src/telemetry/bound/bound-metrics.ts';
import { familiesOf } from '../../src/telemetry/exposition/families.ts';
import { packed } from '../../src/telemetry/exposition/packed.ts';
import { WRITERS } from '../../src/telemetry/exposition/writers.ts';
import { PullReader } from '../../src/telemetry/reader.ts';
import { type Measured, over, type Part, type Ratio } from '../part.ts';
import { peerFile } from '../peers.ts';

const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** A histogram's buckets, the one above all, sum and count; and the counter. */
const LINES = BOUNDARIES.length + 4;
const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

type Page = string | Uint8Array;
type Expositions = Record<'prom-client' | '@prometheus-io/client', () => Promise<string>>;

/** Our own series, recorded into once a round: one value in ten belongs to a sampled trace. */
function ownSeries(series: number) {
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
  return {
    record() {
      for (const [i, { labels, duration }] of all.entries()) {
        duration.record(Math.exp(Math.random() * 5 - 4), i % 10 === 0 ? SPAN : undefined);
        requests.add(1, labels);
      }
    },
    collect: async () => (await reader.collect()).resourceMetrics,
  };
}

/**
 * Milliseconds of processor time of this thread, until the page's bytes are there as an answer needs them.
 * @param times that it is done: some systems count processor time in steps of ten milliseconds
 */
async function timed(work: () => Promise<Page>, times: number): Promise<number> {
  const before = process.threadCpuUsage();
  for (let i = 0; i < times; i++) {
    const page = await work();
    if (typeof page === 'string') Buffer.from(page);
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / times;
}

export const part: Part = {
  about:
    'A scrape of 50,000 lines: collecting and writing, all of which stalls the event loop of the process that is measured, in each format. Beside the stock serializer of the OpenTelemetry exporter over the same collections, and other libraries over as many series of their own. Processor time.',
  async run({ quick }): Promise<Measured> {
    const series = Math.round((quick ? 5000 : 50_000) / LINES);
    const rounds = quick ? 3 : 25;
    const { record, collect } = ownSeries(series);
    const { expositionsOf } = (await import(peerFile('registries.mjs'))) as {
      expositionsOf: (series: number, buckets: readonly number[]) => Expositions;
    };
    const stock = new PrometheusSerializer('', false, undefined, false, true);
    const works: Record<string, () => Promise<Page>> = {
      text: async () => WRITERS.text(familiesOf(await collect())),
      openmetrics: async () => WRITERS.openmetrics(familiesOf(await collect())),
      protobuf: async () => WRITERS.protobuf(familiesOf(await collect())),
      'stock serializer': async () => stock.serialize(await collect()),
      ...expositionsOf(series, BOUNDARIES),
    };
    const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
    for (let round = -2; round < rounds; round++) {
      record();
      for (const [name, work] of Object.entries(works)) {
        const ms = await timed(work, quick ? 100 : 10);
        if (round >= 0) times.get(name)?.push(ms);
      }
    }
    const pages = await Promise.all(
      Object.keys(WRITERS).map(async (name) => {
        const page = Buffer.from((await works[name]?.()) ?? '');
        return { name, bytes: page.byteLength, packedBytes: (await packed(page)).byteLength };
      }),
    );
    const ratio = (one: string, other: string): Ratio => ({
      name: `${one} / ${other}`,
      better: 'lower',
      values: over(times.get(one) ?? [], times.get(other) ?? []),
    });
    return {
      figures: [
        ...Array.from(times, ([name, values]) => ({
          name,
          unit: 'ms',
          values,
          ...(name in WRITERS && { aim: { atMost: 20 } }),
        })),
        ...pages.flatMap(({ name, bytes, packedBytes }) => [
          { name: `size, ${name}`, unit: 'MB', values: [bytes / 1e6] },
          { name: `size, ${name}, gzip`, unit: 'MB', values: [packedBytes / 1e6] },
        ]),
      ],
      ratios: [
        ratio('text', 'stock serializer'),
        ratio('text', 'prom-client'),
        { ...ratio('text', '@prometheus-io/client'), aim: { atMost: 0.5 } },
        ratio('openmetrics', 'text'),
        ratio('protobuf', 'text'),
      ],
    };
  },
};
