import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { asSent, everything } from '../../infra/monitoring/grafana/preview/variables.ts';
import { EXPORT_ERROR_TYPES } from '../../src/telemetry/catalogue.ts';
import { hasProgram } from '../support/programs.ts';
import { seededRandom } from '../support/random.ts';
import { createWorld, type EventSeries, HORIZON, type Labels, matches, SCENARIOS } from './event-world.ts';
import { COUNTED, knownSeries } from './known-metrics.ts';
import { dashboards, queryPanels, ROOT } from './monitoring-files.ts';
import { type Matcher, parsePromql } from './promql.ts';
import { failuresOf } from './promtool.ts';

const RULES = fileURLToPath(new URL('infra/monitoring/prometheus/rules/dashboards.yml', ROOT));
/** Rules are evaluated at a moment of their own, not where the steps of a panel begin. */
const OFF_THE_BEAT = 7;
const MINUTE = 60;
const STEPS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
const RANGES = [10 * MINUTE, 30 * MINUTE, HORIZON];
const endsOf = (step: number) =>
  Array.from({ length: Math.floor(HORIZON / step) }, (_, i) => (i + 1) * step + OFF_THE_BEAT);

interface CountingQuery {
  readonly where: string;
  readonly expr: string;
  readonly window: string;
  readonly matchers: readonly Matcher[];
  /** What its variables stand for. */
  readonly everything: Readonly<Record<string, string>>;
}

/** Every query of a panel that shows a number of events; shares, times and rates made of them are not among them. */
const counting: readonly CountingQuery[] = dashboards.flatMap((dashboard) =>
  queryPanels(dashboard).flatMap(({ title, targets, type, fieldConfig }) =>
    (targets ?? []).flatMap(({ expr, legendFormat }) => {
      const counts = parsePromql(expr).selectors.filter(
        ({ metric }) => metric === 'instance:events:increase',
      );
      const shows = type === 'heatmap' || ['short', 'none'].includes(fieldConfig.defaults.unit ?? '');
      const [{ matchers, range = '' } = { matchers: [], range: '' }] = counts;
      return counts.length > 0 && shows && !expr.includes('/ $__range_s')
        ? [
            {
              where: `${dashboard.title} / ${title} / ${legendFormat}`,
              expr,
              window: range,
              matchers,
              everything: everything(dashboard.templating.list),
            },
          ]
        : [];
    }),
  ),
);

const HTTP: readonly Labels[] = [
  { method: 'GET', route: '/api/ml/v1/datasets', status: '200' },
  { method: 'POST', route: '/api/ml/v1/datasets/upload', status: '503', error: '503' },
  { method: 'GET', route: '/api/ml/v1/artifacts/:id', status: '404' },
].map(({ method = '', route = '', status = '', error }) => ({
  http_request_method: method,
  http_route: route,
  http_response_status_code: status,
  ...(error !== undefined && { error_type: error }),
}));

/** One series of each counter for each query that asks for it, with labels that it asks for. */
function countersOf(queries: readonly CountingQuery[], random: () => number): EventSeries[] {
  const known = knownSeries();
  const pick = (values: readonly string[]) => values[Math.floor(random() * values.length)] ?? '';
  const distinct = new Map(queries.map((query) => [JSON.stringify(query.matchers), query]));
  return [...distinct.values()].map(({ where, matchers }) => {
    const metric = matchers.find(({ label }) => label === 'metric')?.value ?? '';
    const name = COUNTED.get(metric) ?? '';
    const wanted = matchers.filter(({ label, value }) => label !== 'metric' && !value.startsWith('$'));
    const closed = [...(known.get(name)?.labels ?? [])].flatMap(([label, values]) =>
      values ? [{ label, values }] : [],
    );
    for (let attempt = 0; attempt < 1000; attempt++) {
      const labels = name.startsWith('http_server')
        ? (HTTP[Math.floor(random() * HTTP.length)] ?? {})
        : {
            ...Object.fromEntries(closed.map(({ label, values }) => [label, pick(values)])),
            ...(name.endsWith('_bucket') && { le: '+Inf' }),
            ...(name.startsWith('otel_sdk') && { error_type: pick(EXPORT_ERROR_TYPES) }),
          };
      if (matches(labels, wanted)) return { name, labels };
    }
    throw new Error(`no series of ${name} is asked for by ${where}`);
  });
}

describe.skipIf(!hasProgram('promtool'))('no panel loses an event (program: promtool)', () => {
  let world: ReturnType<typeof createWorld>;
  beforeAll(() => {
    const random = seededRandom();
    world = createWorld(countersOf(counting, random), random);
  });

  /** How many events a query must show of those between two moments. */
  function expected({ matchers }: CountingQuery, after: number, until: number): number {
    const metric = matchers.find(({ label }) => label === 'metric')?.value ?? '';
    const wanted = matchers.filter(({ label, value }) => label !== 'metric' && !value.startsWith('$'));
    return world.events
      .filter(
        ({ name, at, labels }) =>
          name === COUNTED.get(metric) && at > after && at <= until && matches(labels, wanted),
      )
      .reduce((sum, { count }) => sum + count, 0);
  }

  /** What a query must show, as sums over its series, at each moment where a window of so many seconds ends. */
  const casesOf = (query: CountingQuery, window: number, moments: readonly number[]) =>
    moments.map((moment) => ({
      expr: `sum(${asSent(query.expr, query.everything, { step: window, range: window, scrapeInterval: 15 })}) or vector(0)`,
      eval_time: `${moment}s`,
      exp_samples: [{ labels: '{}', value: expected(query, moment - window, moment) }],
    }));

  test('there are panels that count by steps and such that count over the chosen time', () => {
    expect(new Set(counting.map(({ window }) => window))).toEqual(new Set(['$__interval', '$__range']));
    expect(world.events.length).toBeGreaterThan(10 * Object.keys(SCENARIOS).length);
  });

  test('bars of a minute to an hour show the events of their step and no other, totals all of their time', async () => {
    const cases = counting.flatMap((query) =>
      query.window === '$__range'
        ? RANGES.flatMap((range) => casesOf(query, range, [HORIZON + OFF_THE_BEAT]))
        : STEPS.flatMap((step) => casesOf(query, step, endsOf(step))),
    );
    const tests = [{ interval: '5s', input_series: world.inputs, promql_expr_test: cases }];
    expect(await failuresOf([RULES], tests)).toEqual([]);
  });
});
