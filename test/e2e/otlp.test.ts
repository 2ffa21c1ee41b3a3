import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { freePort } from '../support/free-port.ts';
import type { SeenMetric } from '../support/otlp/received.ts';
import { startSink } from '../support/otlp/sink.ts';
import { Exposition } from '../telemetry/exposition-reader.ts';

/**
 * What stands still while nothing happens: the rest differs from one look to the next, and so does the space on the disk,
 * which is everybody's.
 */
const STILL = prometheusMetrics().filter(
  ({ name, definition: { group } }) =>
    (group === 'domain' || group === 'http') && name !== 'mlops_backend_storage_available_bytes',
);

const seriesKey = (name: string, labels: Readonly<Record<string, unknown>>) =>
  `${name} ${Object.entries(labels)
    .map(([label, value]) => `${label.replaceAll('.', '_')}=${value}`)
    .sort()
    .join()}`;

/** Every number of these metrics, by its series, as it was pushed. */
function pushed(metrics: readonly SeenMetric[]): Record<string, number> {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const numbers: Record<string, number> = {};
  for (const { name, type, definition } of STILL) {
    const otlpName = definition.group === 'domain' ? `mlops.backend.${definition.name}` : definition.name;
    for (const { attributes, value, sum, buckets } of byName.get(otlpName)?.points ?? []) {
      if (type !== 'histogram') numbers[seriesKey(name, attributes)] = value;
      else {
        numbers[seriesKey(`${name}_count`, attributes)] = value;
        numbers[seriesKey(`${name}_sum`, attributes)] = sum ?? 0;
        let below = 0;
        buckets?.forEach((count, i) => {
          below += count;
          const le = definition.buckets?.[i] ?? Number.POSITIVE_INFINITY;
          numbers[seriesKey(`${name}_bucket`, { ...attributes, le })] = below;
        });
      }
    }
  }
  return numbers;
}

/** The same, as it was scraped. */
function pulled(exposition: Exposition): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { name } of STILL)
    for (const { name: series, labels, value } of exposition.families.get(name)?.samples ?? []) {
      const { le, ...others } = labels;
      numbers[
        seriesKey(
          series,
          le === undefined ? labels : { ...others, le: Number(le.replace('+Inf', 'Infinity')) },
        )
      ] = value;
    }
  return numbers;
}

test.each(['http/protobuf', 'http/json'])(
  'metrics pushed as %s and metrics pulled are the same numbers',
  async (protocol) => {
    await using sink = await startSink();
    await using service = await startDeployed({
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${sink.url}/v1/metrics`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=mine',
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    });
    const dataset = await service.api.uploadFile('wine_train.csv');
    const { artifact_id } = await service.api.train(dataset.dataset_id);
    await service.api.post(`/artifacts/${artifact_id}/predict`, { rows: [{}] });

    const equal = await eventually(async () => {
      const [latest] = sink.metrics.values();
      if (latest === undefined) return undefined;
      const scraped = pulled(new Exposition(await service.api.metrics()));
      const sent = pushed(latest);
      return JSON.stringify(Object.entries(sent).sort()) === JSON.stringify(Object.entries(scraped).sort())
        ? sent
        : undefined;
    }).catch(() => undefined);
    if (equal === undefined) {
      const [latest = []] = sink.metrics.values();
      // Says where they differ.
      expect(pushed(latest)).toEqual(pulled(new Exposition(await service.api.metrics())));
    }
    expect(Object.keys(equal ?? {}).length).toBeGreaterThan(300);
    expect(
      sink.requests.every(({ path, headers }) => path === '/v1/metrics' && headers['x-tenant'] === 'mine'),
    ).toBe(true);
  },
);

test('sampler and resource are the environment’s: of a run that is not sampled the log lines are sent, and no span', async () => {
  await using sink = await startSink();
  await using service = await startDeployed({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
    OTEL_RESOURCE_ATTRIBUTES: 'mlops.role=mine',
  });
  const dataset = await service.api.uploadFile('wine_train.csv');
  const run = await service.api.train(dataset.dataset_id);
  await service.stop();
  expect(sink.spans).toEqual([]);
  expect(sink.metrics.size).toBe(0);
  const lines = sink.logs.filter(({ traceId }) => traceId === run['trace_id']);
  // A worker may be at it before the answer is sent.
  expect(lines.map(({ body, role }) => [body, role]).sort()).toEqual([
    ['request', 'mine'],
    ['training started', 'mine'],
    ['training succeeded', 'mine'],
  ]);
  // By which the board of a run finds them, whether there is a trace or not.
  for (const { body, attributes } of lines) if (body !== 'request') expect(attributes['run']).toBe(run['id']);
});

/** Ways of an endpoint not to take what it is sent. */
const SICK = {
  'is not there': async (stack: AsyncDisposableStack) => {
    void stack;
    return `http://127.0.0.1:${await freePort()}`;
  },
  refuses: async (stack: AsyncDisposableStack) =>
    stack.use(await startSink((response) => response.writeHead(503).end())).url,
  'never answers': async (stack: AsyncDisposableStack) => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    stack.defer(() => void server.close());
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  },
};

test.each(Object.entries(SICK))(
  'an endpoint that %s costs nothing: the work is done, what is lost is counted, the stop is in time',
  async (_, endpoint) => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(
      await startDeployed({
        OTEL_EXPORTER_OTLP_ENDPOINT: await endpoint(stack),
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BSP_MAX_QUEUE_SIZE: '16',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '8',
        OTEL_BLRP_SCHEDULE_DELAY: '50',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '200',
      }),
    );
    const dataset = await service.api.uploadFile('wine_train.csv');
    expect(await service.api.train(dataset.dataset_id)).toMatchObject({ status: 'succeeded' });
    await eventually(async () => {
      await (await service.api.call('/datasets')).text();
      const exposition = new Exposition(await service.api.metrics());
      const lost = (errorType: string) =>
        exposition.value('otel_sdk_processor_span_processed_total', { error_type: errorType }) ?? 0;
      const known = new Set(prometheusMetrics().map(({ name }) => name));
      expect([...exposition.families.keys()].filter((name) => !known.has(name))).toEqual([]);
      const failedPushes = exposition.value('mlops_backend_metrics_push_failures_total') ?? 0;
      return lost('queue_full') > 0 && failedPushes > 0;
    });
    // 1 is the answer of a process that could not.
    expect(await service.stop()).toBe(0);
    expect(service.log.at(-1)).toMatchObject({ msg: 'stopped' });
  },
);
