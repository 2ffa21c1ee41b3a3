import { SCOPE } from './build.ts';
import type { Query } from './panel.ts';

/** PromQL that is written more than once, in the shape the panels take. */

/** Braces with the scope and further matchers. */
export const scoped = (...matchers: readonly string[]): string => `{${[SCOPE, ...matchers].join(', ')}}`;

export const ROUTE = 'http_route=~"$route"';

/** Events per step, for bars. */
export const countBy = (label: string, counter: string): Query => ({
  expr: `sum by (${label}) (increase(${counter}[$__interval]))`,
  legend: `{{${label}}}`,
});

/** Lines for several quantiles of one histogram. */
export function quantiles(
  histogram: string,
  matchers: readonly string[],
  levels: readonly number[],
): readonly Query[] {
  return levels.map((level) => ({
    expr: `histogram_quantile(${level}, sum by (le) (rate(${histogram}_bucket${scoped(...matchers)}[$__rate_interval])))`,
    legend: `p${level * 100}`,
  }));
}

/** One quantile, a line for each value of a label. */
export const quantileBy = (
  level: number,
  label: string,
  histogram: string,
  ...matchers: string[]
): Query => ({
  expr: `histogram_quantile(${level}, sum by (${label}, le) (rate(${histogram}_bucket${scoped(...matchers)}[$__rate_interval])))`,
  legend: `{{${label}}}`,
});

/** Counts by bucket and step, for heatmaps. */
export const bucketCounts = (histogram: string, ...matchers: string[]): string =>
  `sum by (le) (increase(${histogram}_bucket${scoped(...matchers)}[$__interval]))`;
