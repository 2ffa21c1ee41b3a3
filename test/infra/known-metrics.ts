import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';
import { recordings } from './monitoring-files.ts';
import { parsePromql, type Selector } from './promql.ts';

/** Every series a query may ask for, with its labels and, where the set is closed, their values. */
export interface KnownSeries {
  readonly labels: ReadonlyMap<string, readonly string[] | null>;
  /** The catalogue's family; undefined for what Prometheus makes itself or our recording rules make. */
  readonly family?: string;
  readonly isCounter: boolean;
}

const ATTACHED: readonly [string, null][] = [
  ['job', null],
  ['instance', null],
  ['otel_metric_overflow', null],
];

// Made by Prometheus and Alertmanager, not by the service.
const FROM_THE_MONITORING: Readonly<Record<string, readonly string[]>> = {
  up: [],
  scrape_duration_seconds: [],
  scrape_samples_scraped: [],
  scrape_samples_post_metric_relabeling: [],
  ALERTS: ['alertname', 'alertstate', 'severity'],
  ALERTS_FOR_STATE: ['alertname', 'severity'],
  prometheus_rule_evaluation_failures_total: ['rule_group'],
  prometheus_rule_group_iterations_missed_total: ['rule_group'],
  prometheus_config_last_reload_successful: [],
  prometheus_notifications_errors_total: ['alertmanager'],
  prometheus_notifications_dropped_total: [],
  prometheus_notifications_alertmanagers_discovered: [],
  alertmanager_config_last_reload_successful: [],
  alertmanager_notifications_failed_total: ['integration'],
};

/** Histograms that the service offers in the native form too: those that it makes itself. */
export const NATIVE: ReadonlySet<string> = new Set(
  prometheusMetrics()
    .filter(({ type, definition }) => type === 'histogram' && definition.source === undefined)
    .map(({ name }) => name),
);

function catalogueSeries(): [string, KnownSeries][] {
  return prometheusMetrics().flatMap(({ name, type, labels, definition }) => {
    const values = Object.values(definition.labels);
    const own = labels.map((label, i): [string, readonly string[] | null] => [label, values[i] ?? null]);
    const series = (suffix: string, extra: [string, null][], isCounter: boolean): [string, KnownSeries] => [
      name + suffix,
      { family: name, labels: new Map([...ATTACHED, ...own, ...extra]), isCounter },
    ];
    if (type !== 'histogram') return [series('', [], type === 'counter')];
    const classic = [
      series('_bucket', [['le', null]], true),
      series('_sum', [], true),
      series('_count', [], true),
    ];
    return NATIVE.has(name) ? [...classic, series('', [], true)] : classic;
  });
}

export const catalogueFamilies: readonly string[] = prometheusMetrics().map(({ name }) => name);

/** The series that rules/dashboards.yml copies, by the value of `metric` in the copies. */
export const COUNTED: ReadonlyMap<string, string> = new Map([
  ...prometheusMetrics()
    .filter(({ name }) => /^(mlops_backend|otel_sdk)_.+_total$/.test(name))
    .map(({ name }): [string, string] => [name.replace(/^(?:mlops_backend_)?(.+)_total$/, '$1'), name]),
  ['http_server_requests', 'http_server_request_duration_seconds_count'],
  ['training_duration_bucket', 'mlops_backend_training_duration_seconds_bucket'],
]);
const COPIES = ['instance:events:total', 'instance:events:increase'];

const AGGREGATIONS = /^(sum|max|min|count|avg|group)$/;

export function knownSeries(): ReadonlyMap<string, KnownSeries> {
  const known = new Map<string, KnownSeries>(catalogueSeries());
  for (const [name, labels] of Object.entries(FROM_THE_MONITORING))
    known.set(name, {
      labels: new Map([...ATTACHED, ...labels.map((label): [string, null] => [label, null])]),
      isCounter: name.endsWith('_total'),
    });
  // A recorded series has the labels its expression groups by, or else those of its parts, and those the rule adds.
  for (const { record, expr, labels } of recordings) {
    const { groupings, selectors } = parsePromql(expr);
    const without = groupings.filter(({ keyword }) => keyword === 'without').flatMap(({ labels }) => labels);
    const aggregates =
      without.length === 0 && selectors.some(({ inside }) => inside.some((one) => AGGREGATIONS.test(one)));
    const left = aggregates
      ? groupings.flatMap((grouping) => grouping.labels)
      : selectors
          .flatMap(({ metric }) => [...(known.get(metric)?.labels.keys() ?? [])])
          .filter((label) => !without.includes(label));
    const all = [...left, ...Object.keys(labels ?? {})];
    known.set(record, { labels: new Map(all.map((label) => [label, null])), isCounter: false });
  }
  for (const record of COPIES) {
    const copied = [...COUNTED.values()].flatMap((name) => [...(known.get(name)?.labels ?? [])]);
    known.set(record, { labels: new Map([...copied, ['metric', [...COUNTED.keys()]]]), isCounter: false });
  }
  known.set('instance:process:start_time', { labels: new Map(ATTACHED), isCounter: false });
  return known;
}

/** What a selector asks for: of a copy that it names, the counter itself. */
export function seriesOf(
  known: ReadonlyMap<string, KnownSeries>,
  { metric, matchers }: Selector,
): KnownSeries | undefined {
  const named = matchers.find(({ label }) => label === 'metric')?.value;
  const counter = COPIES.includes(metric) && named !== undefined ? COUNTED.get(named) : undefined;
  const series = known.get(counter ?? metric);
  return counter === undefined || series === undefined
    ? series
    : { ...series, labels: new Map([...series.labels, ['metric', [...COUNTED.keys()]]]) };
}
