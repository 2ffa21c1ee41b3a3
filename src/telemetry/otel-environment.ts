type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The `OTEL_*` variables that this service decides where the environment does not. The specification's own
 * defaults send every signal to localhost:4318 and fail without a word; here a signal is exported when an endpoint
 * is configured for it, or when its exporter is named.
 * @returns a value for each variable it decides, the given one where there is one
 */
export function otelEnvironment(given: Environment) {
  const exporter = (signal: 'TRACES' | 'LOGS' | 'METRICS') =>
    given[`OTEL_${signal}_EXPORTER`]?.trim() || (endpointOf(given, signal) ? 'otlp' : 'none');
  const tracesExporter = exporter('TRACES');
  const logsExporter = exporter('LOGS');
  const isExporting = tracesExporter !== 'none' || logsExporter !== 'none';
  const {
    // Spans that go nowhere need an id and no more; recording them would cost time on every request.
    OTEL_TRACES_SAMPLER: sampler = tracesExporter === 'none' ? 'parentbased_always_off' : '',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: enabled = '',
    OTEL_NODE_EXPERIMENTAL_SDK_METRICS: losses = isExporting ? 'true' : '',
    OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: ofEvents = '',
    OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: ofLinks = '',
    // What the SDK calls these two.
    OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: perEvent = ofEvents,
    OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: perLink = ofLinks,
  } = given;
  return {
    OTEL_TRACES_EXPORTER: tracesExporter,
    OTEL_LOGS_EXPORTER: logsExporter,
    OTEL_METRICS_EXPORTER: exporter('METRICS'),
    OTEL_TRACES_SAMPLER: sampler,
    // Counts what could not be sent.
    OTEL_NODE_EXPERIMENTAL_SDK_METRICS: losses,
    OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: perEvent,
    OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: perLink,
    // Requests are measured without `http`; with it they have spans.
    OTEL_NODE_ENABLED_INSTRUMENTATIONS:
      enabled || `${tracesExporter === 'none' ? '' : 'http,'}pino,pg,undici,runtime-node`,
  };
}

/** By which a thread of ours sends spans. */
export type SpanProtocol = 'http/protobuf' | 'http/json';

/** Undefined: spans go nowhere by OTLP over HTTP, or somewhere else too. */
export function spanProtocol(given: Environment): SpanProtocol | undefined {
  const {
    OTEL_TRACES_EXPORTER: exporter,
    OTEL_EXPORTER_OTLP_PROTOCOL: shared,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: own,
  } = given;
  if (exporter?.trim() !== 'otlp') return undefined;
  const protocol = own?.trim() || shared?.trim() || 'http/protobuf';
  return protocol === 'http/protobuf' || protocol === 'http/json' ? protocol : undefined;
}

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;
/** Beside the scrape, which there always is. */
const PUSHED = ['otlp', 'console'] as const;

/** How metrics are pushed, in the variables that the specification has for it; no exporters: not at all. */
export interface MetricPush {
  readonly exporters: readonly (typeof PUSHED)[number][];
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
}

export function metricPush(given: Environment): MetricPush {
  const {
    OTEL_METRICS_EXPORTER: named = '',
    OTEL_EXPORTER_OTLP_PROTOCOL: shared,
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: own,
    OTEL_METRIC_EXPORT_INTERVAL: interval,
    OTEL_METRIC_EXPORT_TIMEOUT: timeout,
  } = given;
  const names = named.split(',').map((name) => name.trim());
  const exportIntervalMillis = milliseconds(interval, 60_000);
  return {
    exporters: names.includes('none') ? [] : PUSHED.filter((exporter) => names.includes(exporter)),
    protocol: PROTOCOLS.find((protocol) => protocol === (own || shared)) ?? 'http/protobuf',
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(milliseconds(timeout, 30_000), exportIntervalMillis),
  };
}

const milliseconds = (given: string | undefined, otherwise: number): number =>
  Number(given) > 0 ? Number(given) : otherwise;

function endpointOf(given: Environment, signal: string): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: shared } = given;
  return shared || given[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
}
