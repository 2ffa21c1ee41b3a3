import { CATALOGUE, type MetricDefinition } from './catalogue.ts';

/**
 * OpenTelemetry names, units and kinds → Prometheus names, by the compatibility rules of the OpenTelemetry
 * specification (opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics). The exposition,
 * the documentation, the dashboards and the tests all name metrics through this file.
 */
export type PrometheusType = 'counter' | 'gauge' | 'histogram';

export interface PrometheusMetric {
  /** Family name as it stands in `# TYPE`; a histogram's series add `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly type: PrometheusType;
  /** Without `le`. */
  readonly labels: readonly string[];
  readonly definition: MetricDefinition;
}

const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  kBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
  '1': '',
};

const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/** Any text → a legal metric name part or label name: `[a-zA-Z_][a-zA-Z0-9_]*`. */
export function prometheusLabel(name: string): string {
  const legal = name.replace(/[^a-zA-Z0-9]+/g, '_');
  return /^\d/.test(legal) ? `_${legal}` : legal || '_';
}

/** @returns what the domain metrics' names begin with, its last underscore included */
export const prometheusPrefix = (prefix: string): string => `${prometheusLabel(prefix)}_`;

/** UCUM → the words a metric name ends in; annotations in braces say nothing about the unit. */
function unitWords(ucum: string): string {
  const [main = '', per] = ucum.replace(/\{[^}]*\}/g, '').split('/');
  const words = UNITS[main] ?? prometheusLabel(main);
  const mainWords = main === '' ? '' : words;
  if (per === undefined || per === '') return mainWords;
  const perWords = `per_${PER_UNITS[per] ?? prometheusLabel(per)}`;
  return mainWords === '' ? perWords : `${mainWords}_${perWords}`;
}

/** @returns the unit as a metric name ends in it; empty: the name says nothing of it */
export function prometheusUnit(ucum: string, isGauge: boolean): string {
  return ucum === '1' && isGauge ? 'ratio' : unitWords(ucum);
}

/** @returns the family name of an instrument in the text format, unit and `_total` appended once */
export function prometheusName(
  instrumentName: string,
  unit: string,
  type: PrometheusType,
  isGauge: boolean,
): string {
  let name = prometheusLabel(instrumentName);
  if (type === 'counter') name = name.replace(/_total$/, '');
  const suffix = prometheusUnit(unit, isGauge);
  if (suffix !== '' && name !== suffix && !name.endsWith(`_${suffix}`)) name += `_${suffix}`;
  return type === 'counter' ? `${name}_total` : name;
}

const TYPES = { counter: 'counter', updowncounter: 'gauge', gauge: 'gauge', histogram: 'histogram' } as const;

/**
 * Every metric of the catalogue as Prometheus sees it.
 * @param prefix of the domain metrics, `<namespace>.<subsystem>` as in `config.metrics.prefix`
 */
export function prometheusMetrics(prefix = 'mlops.backend'): readonly PrometheusMetric[] {
  return Object.values<MetricDefinition>(CATALOGUE).map((definition) => {
    const type = TYPES[definition.kind];
    const instrument = definition.group === 'domain' ? `${prefix}.${definition.name}` : definition.name;
    return {
      name: prometheusName(instrument, definition.unit, type, definition.kind === 'gauge'),
      type,
      labels: Object.keys(definition.labels).map(prometheusLabel),
      definition,
    };
  });
}
