import {
  AggregationType,
  createAllowListAttributesProcessor,
  type IAttributesProcessor,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { CATALOGUE, EXPORT_ERROR_TYPES, METER_NAME, type MetricDefinition } from './catalogue.ts';

/** Recorded without the SDK's instruments, by `BoundMetrics`: what HTTP and the domain count. */
const isBound = ({ group, kind, name }: MetricDefinition) =>
  name.startsWith('http.server.') || (group === 'domain' && kind !== 'gauge');

const OPERATION = 'db.operation.name';

/** The instrumentation takes all before the first space for the operation: `BEGIN;` and a line end, for example. */
const operationIsOneWord: IAttributesProcessor = {
  process(attributes) {
    const { [OPERATION]: operation } = attributes;
    if (typeof operation !== 'string' || !/\W/.test(operation)) return attributes;
    return { ...attributes, [OPERATION]: /\w*/.exec(operation.trim())?.[0] ?? '' };
  },
};

const [QUEUE_FULL, EXPORT_FAILED] = EXPORT_ERROR_TYPES;
const LOSSES = new Set<MetricDefinition>([CATALOGUE.spansProcessed, CATALOGUE.logRecordsProcessed]);

/** The SDK names the class of whatever error an exporter had. */
const errorIsOneOfTwo: IAttributesProcessor = {
  process(attributes) {
    const { 'error.type': errorType } = attributes;
    if (errorType === undefined || errorType === QUEUE_FULL) return attributes;
    return { ...attributes, 'error.type': EXPORT_FAILED };
  },
};

const NOTHING = {};

/** What is dropped is still told apart by its attributes, at every record, which costs more than all else of it. */
const ofNoAttributes: IAttributesProcessor = { process: () => NOTHING };

/**
 * What libraries measure and the catalogue does not name, by meter and instruments. None may match what is kept: the SDK
 * counts every value twice where two views match.
 */
const DROPPED = [
  ['@opentelemetry/instrumentation-http', '*'],
  ['@opentelemetry/instrumentation-pg', 'db.client.connection.*'],
  ['@opentelemetry/instrumentation-runtime-node', 'nodejs.eventloop.delay.*'],
  ['@opentelemetry/instrumentation-runtime-node', 'nodejs.eventloop.utilization'],
  ['@opentelemetry/sdk-trace', 'otel.sdk.span.*'],
  ['@opentelemetry/sdk-trace', 'otel.sdk.processor.span.queue.*'],
  ['@opentelemetry/sdk-logs', 'otel.sdk.log.*'],
  ['@opentelemetry/sdk-logs', 'otel.sdk.processor.log.queue.*'],
  ['@opentelemetry/sdk-metrics', '*'],
] as const;

/**
 * One view for each metric of the catalogue: its labels and no others, its buckets. Each names its meter and its
 * instrument, because two views that match one instrument count every value twice.
 * Of requests that come in, metrics are made by `HttpServerInstrumentation`, and of those that go out by that of undici.
 * Of the event loop's delay and utilization `observeEventLoop` makes them.
 * Of a pool of connections `observeConnections` does: the instrumentation looks at it when a connection comes or goes,
 * and sees nobody wait as long as none does.
 * @param prefix of the domain metrics, `<namespace>.<subsystem>`
 */
export function catalogueViews(prefix: string): ViewOptions[] {
  const views = Object.values<MetricDefinition>(CATALOGUE)
    .filter((definition) => definition !== CATALOGUE.targetInfo && !isBound(definition))
    .map((definition): ViewOptions => {
      const { source } = definition;
      const name = definition.group === 'domain' ? `${prefix}.${definition.name}` : definition.name;
      const { buckets } = definition;
      return {
        meterName: source?.meter ?? METER_NAME,
        instrumentName: source?.instrument ?? name,
        name,
        description: definition.description,
        attributesProcessors: [
          createAllowListAttributesProcessor(Object.keys(definition.labels)),
          ...(OPERATION in definition.labels ? [operationIsOneWord] : []),
          ...(LOSSES.has(definition) ? [errorIsOneOfTwo] : []),
        ],
        ...(buckets && {
          aggregation: {
            type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
            options: { boundaries: [...buckets], recordMinMax: false },
          },
        }),
      };
    });
  const dropped = DROPPED.map(
    ([meterName, instrumentName]): ViewOptions => ({
      meterName,
      instrumentName,
      aggregation: { type: AggregationType.DROP },
      attributesProcessors: [ofNoAttributes],
    }),
  );
  return [...views, ...dropped];
}
