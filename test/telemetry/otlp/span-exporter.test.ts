import type { Worker } from 'node:worker_threads';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test, vi } from 'vitest';
import { ThreadedSpanExporter } from '../../../src/telemetry/otlp/span-exporter.ts';
import { startSink } from '../../support/otlp/sink.ts';

function spanOf(name: string) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  provider.getTracer('test').startSpan(name).end();
  return exporter.getFinishedSpans();
}

/** Starts an exporter to that endpoint, and says which threads it starts. */
function startExporter(endpoint: string) {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', endpoint);
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x-tenant=mine');
  const threads: Worker[] = [];
  const started = (thread: Worker) => void threads.push(thread);
  process.on('worker', started);
  const exporter = new ThreadedSpanExporter('http/protobuf');
  return {
    threads,
    send: (name: string) => new Promise<ExportResult>((resolve) => exporter.export(spanOf(name), resolve)),
    async [Symbol.asyncDispose]() {
      process.off('worker', started);
      await exporter.shutdown();
    },
  };
}

afterEach(() => void vi.unstubAllEnvs());

test('batches arrive from another thread, where and as the environment says, each with its own answer', async () => {
  await using sink = await startSink();
  await using exporter = startExporter(`${sink.url}/v1/traces`);
  expect(await Promise.all([exporter.send('one'), exporter.send('another')])).toEqual([
    { code: ExportResultCode.SUCCESS },
    { code: ExportResultCode.SUCCESS },
  ]);
  expect(sink.spans.map(({ name }) => name).sort()).toEqual(['another', 'one']);
  expect(sink.requests.map(({ headers }) => headers['x-tenant'])).toEqual(['mine', 'mine']);
  expect(exporter.threads.length).toBe(1);
});

test('a batch that is refused is told apart from those that arrived', async () => {
  await using sink = await startSink((response) => response.writeHead(400, 'Not these').end());
  await using exporter = startExporter(`${sink.url}/v1/traces`);
  expect(await exporter.send('refused')).toMatchObject({
    code: ExportResultCode.FAILED,
    error: { message: 'Not these' },
  });
});

test('when the thread has ended, what it had is lost, and another sends what follows', async () => {
  const held = Promise.withResolvers<void>();
  await using silent = await startSink(() => held.resolve());
  await using exporter = startExporter(`${silent.url}/v1/traces`);
  const lost = exporter.send('lost');
  await held.promise;
  const [first] = exporter.threads;
  await first?.terminate();
  expect(await lost).toMatchObject({ code: ExportResultCode.FAILED });

  await using sink = await startSink();
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${sink.url}/v1/traces`);
  expect(await exporter.send('sent')).toEqual({ code: ExportResultCode.SUCCESS });
  expect(sink.spans.map(({ name }) => name)).toEqual(['sent']);
});
