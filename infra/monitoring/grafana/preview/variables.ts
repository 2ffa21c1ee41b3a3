/** What Grafana puts in the place of a dashboard's variables before Prometheus sees a query. */
export interface Variable {
  readonly name: string;
  readonly query: string;
  readonly regex?: string;
  readonly allValue?: string;
}

/** Seconds. */
export interface Times {
  /** From one point of a graph to the next. */
  readonly step: number;
  /** The chosen time. */
  readonly range: number;
  readonly scrapeInterval: number;
}

/** What stands for each variable where "All" is chosen, by its name. */
export const everything = (variables: readonly Variable[]): Readonly<Record<string, string>> =>
  Object.fromEntries(variables.flatMap(({ name, allValue }) => (allValue ? [[name, allValue]] : [])));

/** Grafana's rule for $__rate_interval: a step and a scrape, but four scrapes at least. */
export const rateInterval = ({ step, scrapeInterval }: Times): number =>
  Math.max(step + scrapeInterval, 4 * scrapeInterval);

/** @param chosen values of the dashboard's own variables, by name */
export function asSent(expr: string, chosen: Readonly<Record<string, string>>, times: Times): string {
  const values: Readonly<Record<string, string>> = {
    ...chosen,
    __interval: `${times.step}s`,
    __rate_interval: `${rateInterval(times)}s`,
    __range: `${times.range}s`,
    __range_s: String(times.range),
  };
  return expr.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (text, braced: string, bare: string) => {
    return values[braced ?? bare] ?? text;
  });
}

/** The least step of a panel, in seconds: its own, such as `2m`, or from one scrape to the next. */
export function leastStep({ interval = '' }: { readonly interval?: string }, scrapeInterval: number): number {
  const minutes = Number(/^(\d+)m$/.exec(interval)?.[1] ?? 0);
  return Math.max(scrapeInterval, minutes * 60);
}
