import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { asSent } from '../../infra/monitoring/grafana/preview/variables.ts';
import { perSecond, quantiles, requests } from '../../infra/monitoring/grafana/source/queries.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { WRITERS } from '../../src/telemetry/exposition/writers.ts';
import { metricsHandler } from '../../src/telemetry/metrics-endpoint.ts';
import { observeProcess } from '../../src/telemetry/process.ts';
import { eventually } from '../support/client.ts';
import { hasProgram } from '../support/programs.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startTestMeter } from '../telemetry/test-meter.ts';
import { ROOT } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const RULES = [fileURLToPath(new URL('infra/monitoring/prometheus/rules/histograms.yml', ROOT))];
const SENT = {
  'http.request.method': 'GET',
  'http.route': '/api/ml/v1/datasets',
  'http.response.status_code': 200,
};
/** A process that answers requests, none yet. */
async function startAnswering() {
  const meter = startTestMeter('mlops.backend');
  observeProcess(0);
  const { httpServerRequestDuration: definition } = CATALOGUE;
  let answered = 0;
  const duration = meter.bound.histogram(definition, definition.buckets).bind(SENT);
  const scrape = metricsHandler({
    onError: (error) => new Response(String(error), { status: 503 }),
    onIncomplete: () => undefined,
    scrape: async () => {
      const families = [...(await meter.collect())];
      return { write: (format) => WRITERS[format](families), failures: [] };
    },
  });
  const server = serve({ fetch: new Hono().get('/metrics', scrape!).fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** So many within a second, the last of them by nothing, and as many that take longer. */
    answer(each: number) {
      for (let i = 1; i <= each; i++) {
        duration.record(i / each, undefined);
        duration.record(1 + i, undefined);
      }
      answered += 2 * each;
    },
    /** What rules must have counted: all, and those within a second. */
    counts: () => `${answered},${answered / 2}`,
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}

const DURATION = 'http_server_request_duration_seconds';
const NATIVE = ['native-histograms'];
interface Answer {
  readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[];
}

const COPIES = ['instance:http_server_requests:total', 'instance:http_server_requests_within_1s:total'];

test.skipIf(!hasProgram('prometheus'))(
  'when somebody switches native histograms on, and off again, rules go on counting and panels go on showing (program: prometheus)',
  async () => {
    await using folder = await temporaryFolder();
    using service = await startAnswering();
    const data = `${folder.path}/data`;
    const times = { step: 1, range: 600, scrapeInterval: 1 };
    const chosen = { job: 'backend|worker', instance: '.+' };
    const panels = [quantiles(requests(), 0.95)[0]!.expr, perSecond('count', [], requests())].map((expr) =>
      asSent(expr, chosen, times),
    );
    const from = String(Date.now() / 1000);

    for (const features of [[], NATIVE, []]) {
      await using prometheus = await startPrometheus(service.target, features, { rules: RULES, data });
      const { query, api } = prometheus;
      const form =
        features === NATIVE ? `histogram_count(rate(${DURATION}[10s]))` : `rate(${DURATION}_count[10s])`;
      await eventually(async () => (await query(form)) !== undefined);
      service.answer(50);
      await eventually(async () => {
        const counted = await Promise.all(COPIES.map(query));
        return counted.join() === service.counts();
      });
      for (const name of COPIES) expect(await query(`resets(${name}[10m])`)).toBe(0);

      // One line for all of the time, whichever form there was, and it goes on.
      for (const query of panels)
        await eventually(async () => {
          service.answer(1);
          const begin = Date.now() / 1000;
          const range = { start: from, end: String(begin), step: '1' };
          const { data } = await api<Answer>('query_range', { query, ...range });
          expect(data.result.length).toBeLessThanOrEqual(1);
          return data.result.some(({ values }) =>
            values.some(([time, value]) => time > begin - 5 && Number(value) > 0),
          );
        });
    }
  },
);
