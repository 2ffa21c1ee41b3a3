import { SCOPE } from './build.ts';
import type { Query } from './panel.ts';

/** PromQL that is written more than once, in the shape the panels take. */

/** Braces with the scope and further matchers. */
export const scoped = (...matchers: readonly string[]): string => `{${[SCOPE, ...matchers].join(', ')}}`;

/** A domain metric, whatever its prefix is set to, within the scope. */
export const own = (name: string, ...matchers: readonly string[]): string =>
  `\${prefix}_${name}${scoped(...matchers)}`;

export const REQUESTS = 'http_server_request_duration_seconds';
/** What people ask for: no probes, no documentation. */
export const API = 'http_route=~"/api/ml/.+"';
/** Event streams stay open as long as their run takes: that is no latency. */
export const ANSWERED = 'http_route!~".+/events"';
export const ROUTE = 'http_route=~"$route"';
export const FAILED = 'http_response_status_code=~"5.."';
export const REFUSED = 'http_response_status_code=~"4.."';

/** Alerts that fire, the one aside that always does. */
export const FIRING = 'alertstate="firing", severity=~"critical|warning"';

/**
 * How many events of a counter there were in a window: a whole number (rules/dashboards.yml).
 * @param counter its name in rules/dashboards.yml
 * @param window `$__interval` for the bars of a graph, `$__range` for a total
 */
export const eventsIn = (
  window: '$__interval' | '$__range' | '10m' | '30m',
  counter: string,
  ...matchers: string[]
): string =>
  `sum_over_time(instance:events:increase${scoped(`metric="${counter}"`, ...matchers)}[${window}])`;

/** Events per step, for bars. */
export const countBy = (label: string, counter: string, ...matchers: string[]): Query => ({
  expr: `sum by (${label}) (${eventsIn('$__interval', counter, ...matchers)})`,
  legend: `{{${label}}}`,
});

/** Events per step of all labels together. */
export const count = (legend: string, counter: string): Query => ({
  expr: `sum(${eventsIn('$__interval', counter)})`,
  legend,
});

/**
 * @param by labels to keep besides `le`
 * @param buckets what came into each bucket, of the `_bucket` series of one histogram
 */
export function quantile(level: number, by: readonly string[], buckets: string): string {
  // Where nothing came there is no quantile: NaN is not at least 0.
  return `histogram_quantile(${level}, sum by (${[...by, 'le'].join(', ')}) (${buckets})) >= 0`;
}

const lately = (buckets: string) => `rate(${buckets}[$__rate_interval])`;

/**
 * Lines for several quantiles of one histogram.
 * @param buckets its `_bucket` series
 */
export const quantiles = (buckets: string, ...levels: readonly number[]): readonly Query[] =>
  levels.map((level) => ({
    expr: quantile(level, [], lately(buckets)),
    legend: `p${level * 100}`,
    exemplars: true,
  }));

/** One quantile, a line for each value of a label. */
export const quantileBy = (level: number, label: string, buckets: string): Query => ({
  expr: quantile(level, [label], lately(buckets)),
  legend: `{{${label}}}`,
  exemplars: true,
});
