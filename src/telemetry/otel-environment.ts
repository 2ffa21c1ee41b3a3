type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The `OTEL_*` variables that this service decides where the environment does not. The specification's own
 * defaults send every signal to localhost:4318 and fail without a word; here a signal is exported when an endpoint
 * is configured for it, or when its exporter is named.
 * @returns a value for each variable it decides, the given one where there is one
 */
export function otelEnvironment(given: Environment) {
  const exporter = (signal: 'TRACES' | 'LOGS' | 'METRICS') =>
    given[`OTEL_${signal}_EXPORTER`] || (endpointOf(given, signal) ? 'otlp' : 'none');
  const tracesExporter = exporter('TRACES');
  const {
    // Spans that go nowhere need an id and no more; recording them would cost time on every request.
    OTEL_TRACES_SAMPLER: sampler = tracesExporter === 'none' ? 'parentbased_always_off' : '',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: enabled = '',
  } = given;
  return {
    OTEL_TRACES_EXPORTER: tracesExporter,
    OTEL_LOGS_EXPORTER: exporter('LOGS'),
    OTEL_METRICS_EXPORTER: exporter('METRICS'),
    OTEL_TRACES_SAMPLER: sampler,
    // HTTP requests are measured without it; it makes their spans.
    OTEL_NODE_ENABLED_INSTRUMENTATIONS:
      enabled || `${tracesExporter === 'none' ? '' : 'http,'}pino,pg,undici,runtime-node`,
  };
}

function endpointOf(given: Environment, signal: string): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: shared } = given;
  return shared || given[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
}
