import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { context } from '@opentelemetry/api';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { getRPCMetadata } from '@opentelemetry/core';
import { envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import { serialize } from './exposition/serialize.ts';
import { countBodyBytes, trackExchanges } from './http-server.ts';
import { observeProcess } from './process.ts';
import { PullReader } from './reader.ts';
import type { RunningTelemetry } from './running.ts';
import { catalogueViews } from './views.ts';

/** A callback that has not answered by then fails the scrape. */
const COLLECT_LIMIT_MS = 5000;

/** Keeps a tracer provider alive, and with it real trace ids, when spans go nowhere. */
const DISCARD_SPANS: NonNullable<NodeSDKConfiguration['spanProcessors']> = [
  { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} },
];

/**
 * Starts the OpenTelemetry SDK for this process. The loader hook must be registered before and the modules to be
 * instrumented imported after.
 * @param exporting whether spans and logs have somewhere to go; where and how is the business of `OTEL_*`
 */
export function startSdk(
  settings: Config['metrics'],
  exporting: { readonly traces: boolean; readonly logs: boolean },
): RunningTelemetry {
  const reader = new PullReader();
  const trackExchange = trackExchanges(settings.inProgress);
  countBodyBytes();
  const sdk = new NodeSDK({
    metricReaders: [reader],
    views: catalogueViews(settings.prefix, settings.latencyBuckets),
    ...(!exporting.traces && { spanProcessors: DISCARD_SPANS }),
    // Named here and not detected: the default detectors would publish the command line.
    resource: resourceFromAttributes({
      'service.name': packageJson.name,
      'service.version': packageJson.version,
      'service.instance.id': randomUUID(),
    }),
    resourceDetectors: [envDetector],
    instrumentations: getNodeAutoInstrumentations({
      '@opentelemetry/instrumentation-http': {
        // Requests that this process makes are seen by the undici instrumentation (fetch).
        disableOutgoingRequestInstrumentation: true,
        ignoreIncomingRequestHook: ({ method, url = '' }) =>
          method === 'GET' && (url === settings.path || url.startsWith(`${settings.path}?`)),
        responseHook: (_span, response) => trackExchange(response as ServerResponse),
      },
      '@opentelemetry/instrumentation-pino': { disableLogSending: !exporting.logs },
    }),
  });
  sdk.start();
  observeProcess();

  return {
    scrape: async () => {
      const { resourceMetrics, errors } = await reader.collect({ timeoutMillis: COLLECT_LIMIT_MS });
      if (errors.length > 0) throw new AggregateError(errors, 'a metric callback failed');
      return serialize(resourceMetrics);
    },
    setRoute: (route) => {
      const rpc = getRPCMetadata(context.active());
      if (rpc !== undefined) rpc.route = route;
    },
    shutdown: () => sdk.shutdown(),
  };
}
