import { parentPort, workerData } from 'node:worker_threads';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { diagLogLevelFromString, getStringFromEnv } from '@opentelemetry/core';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import { type Batch, FORMATS, type SenderData, type Sent } from './sending.ts';

/** Sends what the main thread has written, as the SDK's own exporter would: `OTEL_EXPORTER_OTLP_*` are read here. */
const { contentType, serializer } = FORMATS[(workerData as SenderData).protocol];

const logLevel = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL'));
if (logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel });

const delegate = createOtlpHttpExportDelegate(
  convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': contentType }),
  { ...serializer, serializeRequest: (bytes: Uint8Array) => bytes },
  'otlp_http_span_exporter',
  { name: 'span', countItems: () => 0 },
  undefined,
);

parentPort?.on('message', ({ id, bytes }: Batch) => {
  delegate.export(bytes, ({ error }) => parentPort?.postMessage({ id, error } satisfies Sent));
});
