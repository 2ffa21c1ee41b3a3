import { accessSync, constants } from 'node:fs';
import { meantName } from '../nearest-name.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a value; undefined: nothing. It never quotes the value, which may be a key. */
type Check = (value: string, given: Environment) => string | undefined;

const anything: Check = () => undefined;

const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value) ? undefined : `must be ${words.join(' or ')}`;

/** A list whose words may stand together, but for `none`. */
const someOf = (...words: readonly string[]): Check => {
  const fault = `must be ${words.join(', ')}, several with commas between, or none`;
  return (value) => {
    const given = value.split(',').map((word) => word.trim());
    return value.trim() === 'none' || given.every((word) => words.includes(word)) ? undefined : fault;
  };
};

const above =
  (limit: number): Check =>
  (value) =>
    Number(value) > limit ? undefined : `must be a number above ${limit}`;

const share: Check = (value) =>
  Number(value) >= 0 && Number(value) <= 1 ? undefined : 'must be a number from 0 to 1';

const pairs: Check = (value) =>
  value.split(',').every((pair) => /^\s*[^=\s]+\s*=/.test(pair) || pair.trim() === '')
    ? undefined
    : 'must be name=value, several with commas between';

const httpUrl: Check = (value) =>
  /^https?:$/.test(URL.parse(value)?.protocol ?? '') ? undefined : 'must be a URL with http:// or https://';

/** By gRPC it may be a host and a port alone. */
const endpoint: Check = (value, given) =>
  Object.entries(given).some(([name, protocol]) => name.endsWith('_PROTOCOL') && protocol === 'grpc')
    ? undefined
    : httpUrl(value, given);

const file: Check = (value) => {
  try {
    accessSync(value, constants.R_OK);
    return undefined;
  } catch {
    return 'there is no such file that can be read';
  }
};

const insteadOf =
  (ours: string): Check =>
  () =>
    `is not for this service: ${ours}`;

const milliseconds = above(0);
const items = above(0);
const limit = above(-1);
const boolean: Check = (value, given) => oneOf('true', 'false')(value.toLowerCase(), given);

/** Of each signal, and of all of them. */
const OTLP: Readonly<Record<string, Check>> = {
  ENDPOINT: endpoint,
  HEADERS: pairs,
  PROTOCOL: oneOf('http/protobuf', 'http/json', 'grpc'),
  TIMEOUT: milliseconds,
  COMPRESSION: oneOf('gzip', 'none'),
  INSECURE: boolean,
  CERTIFICATE: file,
  CLIENT_CERTIFICATE: file,
  CLIENT_KEY: file,
};

const each = (
  prefixes: readonly string[],
  checks: Readonly<Record<string, Check>>,
): Readonly<Record<string, Check>> =>
  Object.fromEntries(
    prefixes.flatMap((prefix) => Object.entries(checks).map(([name, check]) => [`${prefix}${name}`, check])),
  );

const CHECKS: Readonly<Record<string, Check>> = {
  OTEL_SDK_DISABLED: boolean,
  OTEL_SERVICE_NAME: anything,
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_LOG_LEVEL: (value, given) =>
    oneOf('NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL')(value.toUpperCase(), given),
  OTEL_PROPAGATORS: someOf('tracecontext', 'baggage', 'b3', 'b3multi'),
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: anything,
  OTEL_NODE_DISABLED_INSTRUMENTATIONS: anything,
  OTEL_NODE_EXPERIMENTAL_SDK_METRICS: boolean,
  OTEL_SEMCONV_STABILITY_OPT_IN: anything,
  OTEL_TRACES_EXPORTER: someOf('otlp', 'console', 'zipkin'),
  OTEL_LOGS_EXPORTER: someOf('otlp', 'console'),
  OTEL_METRICS_EXPORTER: someOf('otlp', 'console', 'prometheus'),
  OTEL_TRACES_SAMPLER: oneOf(
    ...['always_on', 'always_off', 'traceidratio'].flatMap((root) => [root, `parentbased_${root}`]),
  ),
  OTEL_TRACES_SAMPLER_ARG: share,
  OTEL_EXPORTER_ZIPKIN_ENDPOINT: httpUrl,
  ...each(
    ['', 'TRACES_', 'LOGS_', 'METRICS_'].map((signal) => `OTEL_EXPORTER_OTLP_${signal}`),
    OTLP,
  ),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds,
  OTEL_METRIC_EXPORT_TIMEOUT: milliseconds,
  ...each(['OTEL_BSP_', 'OTEL_BLRP_'], {
    SCHEDULE_DELAY: milliseconds,
    EXPORT_TIMEOUT: milliseconds,
    MAX_QUEUE_SIZE: items,
    MAX_EXPORT_BATCH_SIZE: items,
  }),
  ...each(['OTEL_ATTRIBUTE_', 'OTEL_SPAN_ATTRIBUTE_', 'OTEL_LOGRECORD_ATTRIBUTE_'], {
    COUNT_LIMIT: limit,
    VALUE_LENGTH_LIMIT: limit,
  }),
  OTEL_SPAN_EVENT_COUNT_LIMIT: limit,
  OTEL_SPAN_LINK_COUNT_LIMIT: limit,
  OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: limit,
  OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: limit,
  OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: limit,
  OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: limit,
  // What is recorded here is kept in one way, whoever asks for it.
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: oneOf('cumulative'),
  OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: oneOf('explicit_bucket_histogram'),
  OTEL_METRICS_EXEMPLAR_FILTER: oneOf('trace_based'),
  OTEL_EXPORTER_PROMETHEUS_HOST: insteadOf('metrics are scraped where it listens (HOST)'),
  OTEL_EXPORTER_PROMETHEUS_PORT: insteadOf('metrics are scraped where it listens (PORT)'),
  OTEL_NODE_RESOURCE_DETECTORS: insteadOf('OTEL_RESOURCE_ATTRIBUTES says what its resource is'),
  OTEL_CONFIG_FILE: insteadOf('it is set by variables alone'),
};

/** Every `OTEL_*` variable that something here reads, or that is said to be read by nothing. */
export const otelVariables: readonly string[] = Object.keys(CHECKS);

/**
 * What of OpenTelemetry's variables is not understood, and why. The specification wants it ignored, with a warning: the
 * SDK's own warnings are seen by nobody who did not ask for them (`OTEL_LOG_LEVEL`), and what it does then differs from
 * one variable to the next.
 */
export function otelFaults(given: Environment): readonly { readonly name: string; readonly fault: string }[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (!name.startsWith('OTEL_') || !value) return [];
    const check = CHECKS[name];
    if (check === undefined) {
      const meant = meantName(name, otelVariables);
      return [{ name, fault: `unknown; ${meant ? `did you mean ${meant}?` : 'it is ignored'}` }];
    }
    const fault = check(value.trim(), given);
    return fault === undefined ? [] : [{ name, fault: `${fault}; it is ignored` }];
  });
}
