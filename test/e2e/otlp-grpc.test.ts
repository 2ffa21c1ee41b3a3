import { expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { freePort } from '../support/free-port.ts';
import { startGrpcSink } from '../support/otlp/grpc-sink.ts';
import { Exposition } from '../telemetry/exposition-reader.ts';

test('by gRPC the three signals of a run arrive: its trace, its lines, its numbers', async () => {
  await using sink = await startGrpcSink();
  await using service = await startDeployed({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=mine',
  });
  const dataset = await service.api.uploadFile('wine_train.csv');
  const run = await service.api.train(dataset.dataset_id);
  await service.stop();

  const ofRun = ({ traceId }: { readonly traceId: string }) => traceId === run['trace_id'];
  const spans = sink.spans.filter(ofRun).map(({ name }) => name);
  expect(spans).toEqual(
    expect.arrayContaining([
      'POST /api/ml/v1/training-runs',
      'send training',
      'process training',
      'trainer process',
      'fit',
      'store model',
    ]),
  );
  expect(sink.logs.filter(ofRun).map(({ body }) => body)).toEqual([
    'request',
    'training started',
    'training succeeded',
  ]);
  const [metrics = []] = sink.metrics.values();
  const runs = metrics.find(({ name }) => name === 'mlops.backend.training.runs');
  const succeeded = { mode: 'light', task: 'classification', outcome: 'success' };
  expect(runs?.points).toContainEqual({ attributes: succeeded, value: 1 });
  expect(sink.metadata.length).toBeGreaterThanOrEqual(3);
  expect(new Set(sink.metadata.flatMap((metadata) => metadata.get('x-tenant')))).toEqual(new Set(['mine']));
});

test('a gRPC endpoint that is not there costs nothing: the work is done, what is lost is counted, the stop is in time', async () => {
  await using service = await startDeployed({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BSP_MAX_QUEUE_SIZE: '16',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '8',
  });
  const dataset = await service.api.uploadFile('wine_train.csv');
  expect(await service.api.train(dataset.dataset_id)).toMatchObject({ status: 'succeeded' });
  await eventually(async () => {
    await (await service.api.call('/datasets')).text();
    const page = new Exposition(await service.api.metrics());
    const counts = page.samples('otel_sdk_processor_span_processed_total');
    return counts.some(({ labels, value }) => labels['error_type'] !== undefined && value > 0);
  });
  expect(await service.stop()).toBe(0);
});
