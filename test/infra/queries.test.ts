import { describe, expect, test } from 'vitest';
import { COUNTED, catalogueFamilies, knownSeries, NATIVE, seriesOf } from './known-metrics.ts';
import { allQueries, dashboards, grafanaQueries, queryPanels, readYaml } from './monitoring-files.ts';
import { parsePromql } from './promql.ts';

const known = knownSeries();
const parsed = allQueries.map((query) => ({ ...query, ...parsePromql(query.expr) }));
const unused = readYaml('infra/monitoring/unused-metrics.yml') as Record<string, string>;

/** The alternatives of a matcher that names values, not patterns or dashboard variables. */
function namedValues(operator: string, value: string): readonly string[] {
  if (value === '' || value.includes('$')) return [];
  if (operator === '=' || operator === '!=') return [value];
  return /^[\w|]+$/.test(value) ? value.split('|') : [];
}

describe('every query of the dashboards and rules', () => {
  test('asks only for series that exist', () => {
    const unknown = parsed.flatMap(({ where, selectors }) =>
      selectors
        .filter(({ metric }) => metric !== '' && !known.has(metric))
        .map(({ metric }) => `${where}: ${metric}`),
    );
    expect(unknown).toEqual([]);
  });

  test('matches only labels that its series have', () => {
    const unknown = parsed.flatMap(({ where, selectors }) =>
      selectors.flatMap((selector) =>
        selector.matchers
          .filter(({ label }) => seriesOf(known, selector)?.labels.has(label) === false)
          .map(({ label }) => `${where}: ${selector.metric}{${label}}`),
      ),
    );
    expect(unknown).toEqual([]);
  });

  test('names only values that a closed label can take', () => {
    const unknown = parsed.flatMap(({ where, selectors }) =>
      selectors.flatMap((selector) =>
        selector.matchers.flatMap(({ label, operator, value }) => {
          const closed = seriesOf(known, selector)?.labels.get(label);
          return namedValues(operator, value)
            .filter((name) => closed != null && !closed.includes(name))
            .map((name) => `${where}: ${selector.metric}{${label}="${name}"}`);
        }),
      ),
    );
    expect(unknown).toEqual([]);
  });

  test('groups only by labels that its series have', () => {
    const unknown = parsed.flatMap(({ where, groupings }) =>
      groupings.flatMap(({ labels, metrics }) =>
        labels
          .filter((label) => !metrics.some((metric) => metric === '' || known.get(metric)?.labels.has(label)))
          .map((label) => `${where}: ${label}`),
      ),
    );
    expect(unknown).toEqual([]);
  });
});

test('every histogram that may be native is asked for in both forms, by panels and rules', () => {
  // Its buckets are copied so that each run is counted once; the panel asks the native form beside the copies.
  const COPIED = 'mlops_backend_training_duration_seconds_bucket';
  const asked = parsed.map(({ where, selectors }) => ({
    where,
    metrics: selectors.map((selector) => {
      const counter = selector.matchers.find(({ label }) => label === 'metric')?.value ?? '';
      return COUNTED.get(counter) === COPIED ? COPIED : selector.metric;
    }),
  }));
  const lacking = asked.flatMap(({ where, metrics }) =>
    [...NATIVE]
      .filter(
        (name) =>
          metrics.includes(name) !==
          metrics.some(
            (metric) => /^_(bucket|count|sum)$/.test(metric.slice(name.length)) && metric.startsWith(name),
          ),
      )
      .map((name) => `${where}: ${name}`),
  );
  expect(lacking).toEqual(['rule instance:events:total: mlops_backend_training_duration_seconds']);
});

test('legends use only labels that survive the grouping', () => {
  const unknown = dashboards.flatMap((dashboard) =>
    queryPanels(dashboard).flatMap((panel) =>
      (panel.targets ?? []).flatMap(({ expr, legendFormat }) => {
        const { selectors, groupings } = parsePromql(expr);
        const left = new Set(
          groupings.length > 0
            ? groupings.flatMap(({ labels }) => labels)
            : selectors.flatMap(({ metric }) => [...(known.get(metric)?.labels.keys() ?? [])]),
        );
        return [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
          .filter(([, label]) => !left.has(label ?? ''))
          .map(([, label]) => `${dashboard.title} / ${panel.title}: ${label}`);
      }),
    ),
  );
  expect(unknown).toEqual([]);
});

describe('every metric of the catalogue', () => {
  const shown = new Set(
    grafanaQueries.flatMap(({ expr }) =>
      parsePromql(expr).selectors.map((selector) => seriesOf(known, selector)?.family),
    ),
  );

  test('stands on a panel, or is listed with the reason why it does not', () => {
    expect(catalogueFamilies.filter((name) => !shown.has(name) && !(name in unused))).toEqual([]);
  });

  test('is not listed when it is shown, or does not exist', () => {
    expect(
      Object.keys(unused).filter((name) => shown.has(name) || !catalogueFamilies.includes(name)),
    ).toEqual([]);
  });

  test('that is listed has a reason', () => {
    expect(Object.entries(unused).filter(([, reason]) => reason.length < 10)).toEqual([]);
  });
});
