import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { TraceFlags } from '@opentelemetry/api';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { WRITERS } from '../../src/telemetry/exposition/writers.ts';
import { metricsHandler } from '../../src/telemetry/metrics-endpoint.ts';
import { eventually } from '../support/client.ts';
import { hasProgram } from '../support/programs.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { seededRandom } from '../support/random.ts';
import { startTestMeter } from './test-meter.ts';

const METRIC = 'prediction_duration_seconds';
const LEVELS = [0.5, 0.9, 0.95, 0.99] as const;

describe.skipIf(!hasProgram('prometheus'))(
  'native histograms in a real Prometheus (program: prometheus)',
  () => {
    const span = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    let stack: AsyncDisposableStack;
    let native: Prometheus;
    let classic: Prometheus;
    let values: Float64Array;

    beforeAll(async () => {
      stack = new AsyncDisposableStack();
      const random = seededRandom();
      // Of about the shape of latencies: most near 60 ms, few far above.
      const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      values = Float64Array.from({ length: 20_000 }, () => Math.exp(Math.log(0.06) + 0.8 * normal())).sort();

      const meter = startTestMeter('mlops.backend');
      const { predictionDuration } = CATALOGUE;
      const histogram = meter.bound.histogram(predictionDuration, predictionDuration.buckets);
      const all = histogram.bind({ task: 'regression' });
      histogram.bind({ task: 'classification' });
      for (const value of values) all.record(value, span);

      const scrape = metricsHandler({
        onError: (error) => new Response(String(error), { status: 503 }),
        onIncomplete: () => undefined,
        scrape: async () => {
          const families = [...(await meter.collect())];
          return { write: (format) => WRITERS[format](families), failures: [] };
        },
      });
      const server = serve({
        fetch: new Hono().get('/metrics', scrape!).fetch,
        hostname: '127.0.0.1',
        port: 0,
      });
      stack.defer(() => {
        server.close();
      });
      await once(server, 'listening');
      const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      native = stack.use(await startPrometheus(target, ['native-histograms', 'exemplar-storage']));
      classic = stack.use(await startPrometheus(target));
      for (const { query } of [native, classic])
        await eventually(async () => (await query('up').catch(() => undefined)) === 1);
    });
    afterAll(() => stack.disposeAsync());

    const exact = (level: number) => values[Math.ceil(level * values.length) - 1]!;
    const off = (value: number | undefined, level: number) =>
      Math.abs((value ?? Number.NaN) / exact(level) - 1);

    test('their quantiles are within 5 % of the exact ones, whatever the classic buckets are', async () => {
      for (const level of LEVELS) {
        const ofNative = await native.query(`histogram_quantile(${level}, sum(${METRIC}))`);
        const ofClassic = await classic.query(`histogram_quantile(${level}, sum by (le) (${METRIC}_bucket))`);
        const percent = (value: number | undefined) => `${(100 * off(value, level)).toFixed(1)} %`;
        console.info(
          `p${level * 100}: exact ${exact(level).toFixed(4)} s, native ${ofNative?.toFixed(4)} s (${percent(ofNative)} off), ` +
            `classic ${ofClassic?.toFixed(4)} s (${percent(ofClassic)} off)`,
        );
        expect(off(ofNative, level)).toBeLessThan(0.05);
      }
    });

    test('they count and sum the same as the classic ones, and those without a value are there', async () => {
      for (const what of ['count', 'sum'])
        expect(await native.query(`sum(histogram_${what}(${METRIC}))`)).toBe(
          await classic.query(`sum(${METRIC}_${what})`),
        );
      expect(await native.query(`count(histogram_count(${METRIC}))`)).toBe(2);
    });

    test('whoever takes them gets no classic ones', async () => {
      expect(await native.query(`count(${METRIC}_bucket)`)).toBeUndefined();
      expect(await classic.query(`count(${METRIC}_bucket)`)).toBe(26);
    });

    test('they lead to the sampled spans of their buckets', async () => {
      const { data } = await native.api<readonly { exemplars: readonly { labels: object }[] }[]>(
        'query_exemplars',
        { query: METRIC, start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000 + 60) },
      );
      const [first] = data.flatMap(({ exemplars }) => exemplars);
      expect(first?.labels).toEqual({ trace_id: span.traceId, span_id: span.spanId });
    });
  },
);
