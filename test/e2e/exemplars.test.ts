import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asSent } from '../../infra/monitoring/grafana/preview/variables.ts';
import { quantiles, requests } from '../../infra/monitoring/grafana/source/queries.ts';
import { dataFile, eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { hasProgram } from '../support/programs.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import type { Service } from '../support/service.ts';

/** What of OTLP's JSON says which spans were exported. */
interface ExportedTraces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly traceId: string; readonly spanId: string }[];
    }[];
  }[];
}

interface ExemplarSeries {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly {
    readonly labels: { readonly trace_id: string; readonly span_id: string };
    readonly value: string;
  }[];
}

const UPLOADED_IN = '0af7651916cd43dd8448eb211c80319c';
const PREDICTED_IN = '1bf7651916cd43dd8448eb211c80319d';
const sampled = (traceId: string) => ({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });

describe.skipIf(!hasProgram('prometheus'))('exemplars in a real Prometheus (program: prometheus)', () => {
  let stack: AsyncDisposableStack;
  let service: Service;
  let prometheus: Prometheus;
  const exported = new Set<string>();

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    const sink = stack.use(
      createServer((request, response) => {
        void json(request).then((body) => {
          for (const { scopeSpans } of (body as ExportedTraces).resourceSpans)
            for (const { spans } of scopeSpans)
              for (const { traceId, spanId } of spans) exported.add(`${traceId} ${spanId}`);
          response.setHeader('content-type', 'application/json').end('{}');
        });
      }),
    );
    await once(sink.listen(0, '127.0.0.1'), 'listening');
    const { port } = sink.address() as AddressInfo;
    service = stack.use(
      await startDeployed({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '100',
      }),
    );
    prometheus = stack.use(await startPrometheus(new URL(service.origin).host, ['exemplar-storage']));

    const { api } = service;
    const uploaded = await api.call('/datasets/upload?mode=light&name=wine.csv', {
      method: 'POST',
      body: await readFile(dataFile('wine_train.csv')),
      headers: sampled(UPLOADED_IN),
    });
    const { dataset_id: dataset } = await api.json<{ dataset_id: string }>(uploaded);
    const { artifact_id: artifact } = await api.train(dataset);
    const row = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i]));
    await api.post(`/artifacts/${artifact}/predict`, { rows: [row] }, sampled(PREDICTED_IN));
  });
  afterAll(() => stack.disposeAsync());

  /** All that lead from a metric's buckets to a span, once there are any. */
  const exemplarsOf = (selector: string) =>
    eventually(async () => {
      const { data } = await prometheus
        .api<readonly ExemplarSeries[]>('query_exemplars', {
          query: selector,
          start: String(Date.now() / 1000 - 3600),
          end: String(Date.now() / 1000 + 60),
        })
        .catch(() => ({ data: undefined }));
      const found = data?.flatMap(({ exemplars }) => exemplars) ?? [];
      return found.length > 0 && found;
    });

  test.each([
    [
      'the request, asked for as panels ask,',
      asSent(
        quantiles(requests('http_route="/api/ml/v1/datasets/upload"'), 0.95)[0]!.expr,
        { job: 'backend', instance: '.+' },
        { step: 15, range: 3600, scrapeInterval: 15 },
      ),
      UPLOADED_IN,
    ],
    [
      'the request’s bytes',
      'http_server_request_body_size_bytes_bucket{http_route="/api/ml/v1/datasets/upload"}',
      UPLOADED_IN,
    ],
    ['the upload', 'mlops_backend_dataset_upload_duration_seconds_bucket', UPLOADED_IN],
    ['the upload’s size', 'mlops_backend_dataset_upload_size_bytes_bucket', UPLOADED_IN],
    ['the prediction', 'mlops_backend_prediction_duration_seconds_bucket', PREDICTED_IN],
  ])('%s leads to the trace in which its client asked', async (_, selector, traceId) => {
    expect((await exemplarsOf(selector)).map(({ labels }) => labels.trace_id)).toEqual([traceId]);
  });

  test.each([
    ['the training', 'mlops_backend_training_duration_seconds_bucket'],
    ['the wait in the queue', 'mlops_backend_training_queue_wait_seconds_bucket'],
  ])('%s leads to a span that was exported', async (_, selector) => {
    const [exemplar] = await exemplarsOf(selector);
    const { trace_id, span_id } = exemplar!.labels;
    await eventually(() => Promise.resolve(exported.has(`${trace_id} ${span_id}`)));
  });

  test('an exemplar’s value is one that its bucket counted', async () => {
    const [exemplar] = await exemplarsOf('mlops_backend_dataset_upload_size_bytes_bucket');
    expect(Number(exemplar?.value)).toBe(
      await prometheus.query('sum(mlops_backend_dataset_upload_size_bytes_sum)'),
    );
  });
});
