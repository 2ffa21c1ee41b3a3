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
    answer(fast: number, slow: number) {
      for (let i = 0; i < fast; i++) duration.record(0.02 + 0.0001 * i, undefined);
      // The first is in time, by nothing.
      for (let i = 0; i < slow; i++) duration.record(1 + i, undefined);
    },
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}

const DURATION = 'http_server_request_duration_seconds';
const FEATURES = ['native-histograms'];
const COPIES = ['instance:http_server_requests:total', 'instance:http_server_requests_within_1s:total'];

test.skipIf(!hasProgram('prometheus'))(
  'when somebody switches native histograms on, and off again, rules go on counting and panels go on showing (program: prometheus)',
  async () => {
    await using folder = await temporaryFolder();
    using service = await startAnswering();
    const data = `${folder.path}/data`;
    const counts = async ({ query }: Awaited<ReturnType<typeof startPrometheus>>) =>
      Promise.all(COPIES.map((name) => query(name).catch(() => undefined)));
    const from = Date.now() / 1000;
    {
      await using classic = await startPrometheus(service.target, [], { rules: RULES, data });
      await eventually(async () => String(await counts(classic)) === '0,0', 60);
      service.answer(90, 11);
      await eventually(async () => String(await counts(classic)) === '101,91', 60);
    }
    const switched = Date.now() / 1000;
    {
      await using native = await startPrometheus(service.target, FEATURES, { rules: RULES, data });
      const { query } = native;
      await eventually(
        async () => (await query(`histogram_count(rate(${DURATION}[10s]))`)) !== undefined,
        60,
      );
      service.answer(40, 6);
      await eventually(async () => String(await counts(native)) === '147,132', 60);
      for (const name of COPIES) expect(await query(`resets(${name}[10m])`)).toBe(0);

      const times = { step: 1, range: 600, scrapeInterval: 1 };
      const chosen = { job: 'backend|worker', instance: '.+' };
      for (const expr of [quantiles(requests(), 0.95)[0]!.expr, perSecond('count', [], requests())])
        await eventually(async () => {
          const { data } = await native.api<{ result: { metric: object; values: [number, string][] }[] }>(
            'query_range',
            {
              ...{ query: asSent(expr, chosen, times), step: '1' },
              ...{ start: String(from), end: String(Date.now() / 1000) },
            },
          );
          // One line, with what came before the switch and what came after it.
          expect(data.result.map(({ metric }) => metric)).toEqual([{}]);
          const busy = data.result[0]?.values.filter(([, value]) => Number(value) > 0) ?? [];
          return (busy[0]?.[0] ?? Infinity) < switched && (busy.at(-1)?.[0] ?? 0) > switched;
        }, 60);
    }
    await using again = await startPrometheus(service.target, [], { rules: RULES, data });
    service.answer(1, 2);
    await eventually(async () => String(await counts(again)) === '150,134', 60);
    for (const name of COPIES) expect(await again.query(`resets(${name}[10m])`)).toBe(0);
  },
);
