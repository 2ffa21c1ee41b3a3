import { randomUUID } from 'node:crypto';
import { context, metrics } from '@opentelemetry/api';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import { BoundMetrics } from './bound/bound-metrics.ts';
import { CATALOGUE, EXPORT_ERROR_TYPES } from './catalogue.ts';
import { observeEventLoop } from './event-loop.ts';
import { eachSample } from './exposition/each-sample.ts';
import { familiesOf } from './exposition/families.ts';
import { WRITERS } from './exposition/writers.ts';
import { exchangeOf } from './http-server/exchange.ts';
import { HttpServerInstrumentation } from './http-server/instrumentation.ts';
import { untracedRequest } from './http-server/server-spans.ts';
import { catalogueMeter, labelCombinations } from './instruments/catalogue-meter.ts';
import type { MetricPush, SpanProtocol } from './otel-environment.ts';
import { ThreadedSpanExporter } from './otlp/span-exporter.ts';
import { observeProcess } from './process.ts';
import { pushReaders } from './push.ts';
import { PullReader } from './reader.ts';
import { boundMetricsCollected, type RunningTelemetry } from './running.ts';
import { type SamplerChoice, samplerOf } from './sampler.ts';
import { TraceIds } from './trace-ids.ts';
import { catalogueViews } from './views.ts';
import { withParentOnly } from './with-parent-only.ts';

const HTTP = '@opentelemetry/instrumentation-http';
const UNUSED_PRECISION_MS = 60_000;

/** Keeps a tracer provider alive, and with it real trace ids, when spans go nowhere. */
const DISCARD_SPANS: NonNullable<NodeSDKConfiguration['spanProcessors']> = [
  { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} },
];

/**
 * Starts the OpenTelemetry SDK for this process. The loader hook must be registered before and the modules to be
 * instrumented imported after.
 * @param exporting whether spans, logs and metrics have somewhere to go; where and how is the business of `OTEL_*`
 */
export function startSdk(
  { metrics: settings, role, training }: Pick<Config, 'metrics' | 'role' | 'training'>,
  exporting: {
    readonly traces: boolean;
    /** Undefined: by an exporter of the SDK's. */
    readonly spansBy: SpanProtocol | undefined;
    readonly sampler: SamplerChoice;
    readonly logs: boolean;
    readonly metrics: MetricPush;
  },
): RunningTelemetry {
  const bound = new BoundMetrics();
  const reader = new PullReader(bound);
  const library = getNodeAutoInstrumentations({
    [HTTP]: {
      // What comes in has its spans, like its metrics, from an instrumentation of our own.
      disableIncomingRequestInstrumentation: true,
      requireParentforOutgoingSpans: true,
    },
    '@opentelemetry/instrumentation-pino': { disableLogSending: !exporting.logs },
    // Its delays of the event loop are measured by ourselves; it still wakes up for them, this seldom.
    '@opentelemetry/instrumentation-runtime-node': { monitoringPrecision: UNUSED_PRECISION_MS },
  });
  const sampler = samplerOf(exporting.sampler);
  const ids = new TraceIds();
  const isTracing =
    exporting.traces && library.some(({ instrumentationName }) => instrumentationName === HTTP);
  const instrumentations = [
    ...library,
    new HttpServerInstrumentation({
      metrics: bound,
      latencyBuckets: settings.latencyBuckets,
      inFlight: settings.inProgress,
      metricsPath: settings.path,
      sampling: isTracing ? { sampler, ids } : undefined,
    }),
  ];
  const sdk = new NodeSDK({
    metricReaders: [reader, ...pushReaders(exporting.metrics, [bound], () => pushFailures(1, {}))],
    views: catalogueViews(settings.prefix),
    ...(!exporting.traces && { spanProcessors: DISCARD_SPANS }),
    ...(exporting.spansBy && { traceExporter: new ThreadedSpanExporter(exporting.spansBy) }),
    ...(sampler && { sampler }),
    idGenerator: ids,
    // Named here and not detected: the default detectors would publish the command line. The conventions have no
    // attribute for the part that a process plays within its service, so it is one of our own.
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': packageJson.name,
        'service.version': packageJson.version,
        'service.instance.id': randomUUID(),
        'mlops.role': role,
      }),
    ),
    resourceDetectors: [envDetector],
    instrumentations,
  });
  sdk.start();
  boundMetricsCollected(bound);
  withParentOnly(instrumentations);
  const trainers = role === 'api' ? 0 : training.concurrency;
  observeProcess(trainers * training.memoryLimitMb * 2 ** 20);
  observeEventLoop();
  startGarbageCollectionAtZero(instrumentations);
  startLossesAtZero();
  const meter = catalogueMeter(settings.prefix);
  const callbackFailures = meter.counter('metricsCallbackFailures');
  const pushFailures = meter.counter('metricsPushFailures');

  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    callbackFailures(errors.length, {});
    return { families: () => familiesOf(resourceMetrics), errors };
  };

  return {
    scrape: async () => {
      const { families, errors } = await collect();
      return { write: (format) => WRITERS[format](families()), failures: errors };
    },
    sample: async () => {
      const { families } = await collect();
      return (onSample) => eachSample(families(), onSample);
    },
    // What has no exchange is a scrape.
    handle: (request, work) => context.with(exchangeOf(request)?.context ?? untracedRequest(request), work),
    untraced: (work) => context.with(suppressTracing(context.active()), work),
    carrier: new W3CTraceContextPropagator(),
    shutdown: () => sdk.shutdown(),
  };
}

/** What was not sent, as the SDK counts it. */
function startLossesAtZero(): void {
  for (const definition of [CATALOGUE.spansProcessed, CATALOGUE.logRecordsProcessed]) {
    const counter = metrics.getMeter(definition.source.meter).createCounter(definition.name, definition);
    for (const errorType of EXPORT_ERROR_TYPES) counter.add(0, { 'error.type': errorType });
  }
}

/**
 * The one closed label set that a library counts: its histogram, opened by the meter that the library uses. The SDK opens
 * a series for NaN like for any other value, but counts it in no bucket and in no sum.
 */
function startGarbageCollectionAtZero(
  instrumentations: readonly {
    readonly instrumentationName: string;
    readonly instrumentationVersion: string;
  }[],
): void {
  const { gcDuration } = CATALOGUE;
  const library = instrumentations.find(
    ({ instrumentationName }) => instrumentationName === gcDuration.source.meter,
  );
  if (library === undefined) return;
  const histogram = metrics
    .getMeter(library.instrumentationName, library.instrumentationVersion)
    .createHistogram(gcDuration.name, gcDuration);
  for (const labels of labelCombinations(gcDuration)) histogram.record(Number.NaN, labels);
}
