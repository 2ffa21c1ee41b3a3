import { SCOPE } from './build.ts';
import type { Query } from './panel.ts';

/** PromQL that is written more than once, in the shape the panels take. */

/** Braces with the scope and further matchers. */
export const scoped = (...matchers: readonly string[]): string => `{${[SCOPE, ...matchers].join(', ')}}`;

/** A domain metric, whatever its prefix is set to, within the scope. */
export const own = (name: string, ...matchers: readonly string[]): string =>
  `\${prefix}_${name}${scoped(...matchers)}`;

/** What people ask for: no probes, no documentation. */
export const API = 'http_route=~"/api/ml/.+"';
/** Event streams stay open as long as their run takes: that is no latency. */
export const ANSWERED = 'http_route!~".+/events"';
export const ROUTE = 'http_route=~"$route"';
export const FAILED = 'http_response_status_code=~"5.."';
export const REFUSED = 'http_response_status_code=~"4.."';

/** Alerts that somebody is told of: all but the one that always fires. */
const TOLD = 'severity=~"critical|warning"';
/** Those that fire. */
export const FIRING = `alertstate="firing", ${TOLD}`;
/** And those whose condition holds, but not yet for long enough. */
export const TOLD_ALERTS = `ALERTS{${TOLD}}`;

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
 * A histogram in whichever form Prometheus keeps it: native, as one series of its name, or classic, as `_bucket`,
 * `_count` and `_sum`. Who asks both is right for all time shown, before and after somebody switched the one or the
 * other on, and whichever panel is looked at; what is not there costs nothing.
 */
export interface Histogram {
  readonly name: string;
  /** What stands in braces behind it. */
  readonly selector: string;
  /** The service has classic buckets alone for those that libraries make. */
  readonly form: 'either' | 'classic';
}

const histogram = (name: string, matchers: readonly string[], form: Histogram['form']): Histogram => ({
  ...{ name, form },
  selector: scoped(...matchers),
});
export const requests = (...matchers: readonly string[]): Histogram =>
  histogram('http_server_request_duration_seconds', matchers, 'either');
/** Bytes of bodies. */
export const bodies = (of: 'request' | 'response', ...matchers: readonly string[]): Histogram =>
  histogram(`http_server_${of}_body_size_bytes`, matchers, 'either');
export const ownHistogram = (name: string, ...matchers: readonly string[]): Histogram =>
  histogram(`\${prefix}_${name}`, matchers, 'either');
export const libraryHistogram = (name: string, ...matchers: readonly string[]): Histogram =>
  histogram(name, matchers, 'classic');

/** `rate` or `increase` of the histogram itself, or of what the classic form calls by a suffix. */
type Change = (suffix: '' | '_bucket' | '_count' | '_sum') => string;
const lately =
  ({ name, selector }: Histogram): Change =>
  (suffix) =>
    `rate(${name}${suffix}${selector}[$__rate_interval])`;
const inAll =
  ({ name, selector }: Histogram): Change =>
  (suffix) =>
    `increase(${name}${suffix}${selector}[$__range])`;

const summed = (by: readonly string[], what: string): string =>
  by.length === 0 ? `sum(${what})` : `sum by (${by.join(', ')}) (${what})`;

function quantile(level: number, by: readonly string[], { form }: Histogram, change: Change): string {
  const classic = `histogram_quantile(${level}, ${summed([...by, 'le'], change('_bucket'))})`;
  // Where nothing came there is no quantile: NaN is not at least 0.
  if (form === 'classic') return `${classic} >= 0`;
  return `(histogram_quantile(${level}, ${summed(by, change(''))}) or ${classic}) >= 0`;
}

/** Lines for several quantiles of one histogram. */
export const quantiles = (of: Histogram, ...levels: readonly number[]): readonly Query[] =>
  levels.map((level) => ({
    expr: quantile(level, [], of, lately(of)),
    legend: `p${level * 100}`,
    exemplars: of.form === 'either',
  }));

/** One quantile, a line for each value of a label. */
export const quantileBy = (level: number, label: string, of: Histogram): Query => ({
  expr: quantile(level, [label], of, lately(of)),
  legend: `{{${label}}}`,
  exemplars: of.form === 'either',
});

/** A quantile over all of the chosen time. */
export const quantileInAll = (level: number, by: readonly string[], of: Histogram): string =>
  quantile(level, by, of, inAll(of));

/** How much comes per second: how many values, or how much they make together. */
export function perSecond(what: 'count' | 'sum', by: readonly string[], of: Histogram): string {
  const classic = lately(of)(`_${what}`);
  return summed(by, of.form === 'classic' ? classic : `histogram_${what}(${lately(of)('')}) or ${classic}`);
}

/** The mean, a line for each value of a label. */
export const meanBy = (label: string, of: Histogram): string =>
  `${perSecond('sum', [label], of)} / ${perSecond('count', [label], of)} >= 0`;

/** Values per second by bucket, for a heat map. */
export function heat(of: Histogram): Omit<Query, 'legend'> {
  const [native, classic] = [summed([], lately(of)('')), summed(['le'], lately(of)('_bucket'))];
  // One form alone: they have other buckets.
  return { expr: `${native} or (${classic} unless on () ${of.name}${of.selector})`, exemplars: true };
}

/**
 * Values per step by bucket. Of classic buckets each value is counted once, of native ones nearly so.
 * @param copies of the classic buckets in rules/dashboards.yml
 */
export function countHeat(of: Histogram, copies: string): Omit<Query, 'legend'> {
  const native = summed([], `increase(${of.name}${of.selector}[$__rate_interval])`);
  const classic = summed(['le'], eventsIn('$__interval', copies));
  const copied = `instance:events:increase${scoped(`metric="${copies}"`)}`;
  return { expr: `${classic} or (${native} unless on () ${copied})`, exemplars: true };
}
