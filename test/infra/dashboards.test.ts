import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { knownSeries } from './known-metrics.ts';
import { type Dashboard, dashboards, queryPanels, ROOT, readText } from './monitoring-files.ts';
import { parsePromql } from './promql.ts';

const known = knownSeries();
const variable = (dashboard: Dashboard, name: string) =>
  dashboard.templating.list.find((candidate) => candidate.name === name);
const overScrapes = dashboards.filter((dashboard) => variable(dashboard, 'job') !== undefined);

/** Series that every scrape of a target carries job and instance on; recorded ones and alerts do not. */
const scraped = (metric: string): boolean => metric !== 'ALERTS' && !metric.includes(':');

test('the dashboards are what their source says', () => {
  const args = ['--disable-warning=ExperimentalWarning', 'scripts/dashboards.ts', '--check'];
  expect(spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('the dashboards that people link to keep their addresses', () => {
  expect(dashboards.map(({ uid, title }) => [uid, title])).toEqual([
    ['mlops-backend-overview', 'Backend Monitoring Overview'],
    ['mlops-backend-runbooks', 'Runbooks'],
    ['mlops-backend-slo', 'Service level objectives'],
    ['mlops-backend-training', 'Training & model quality'],
  ]);
});

// The rules of grafana/dashboard-linter that apply to Prometheus dashboards, by their names there.
describe.each(dashboards)('$title', (dashboard) => {
  const panels = queryPanels(dashboard);

  test('template-datasource-rule: the data source is chosen at the top', () => {
    expect(variable(dashboard, 'datasource')).toMatchObject({
      type: 'datasource',
      query: 'prometheus',
      label: 'Data source',
    });
  });

  test('panel-datasource-rule: every panel and query asks the chosen data source', () => {
    const uids = panels.flatMap(({ datasource, targets }) => [
      datasource?.uid,
      ...(targets ?? []).map((target) => target.datasource.uid),
    ]);
    expect(uids.filter((uid) => uid !== '$datasource')).toEqual([]);
  });

  test('panel-title-description-rule: every panel says what it shows', () => {
    const content = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(content.filter(({ title, description }) => !title || !description)).toEqual([]);
  });

  test('panel-units-rule: every panel has a unit', () => {
    expect(panels.filter(({ fieldConfig }) => !fieldConfig.defaults.unit).map(({ title }) => title)).toEqual(
      [],
    );
  });

  test('panel-no-targets-rule: every panel that shows data asks for some', () => {
    expect(panels.filter(({ targets }) => (targets ?? []).length === 0)).toEqual([]);
  });

  test('uneditable-dashboard: changes go to the source, not into Grafana', () => {
    expect(dashboard.editable).toBe(false);
  });

  test('target-rate-interval-rule: rates are taken over $__rate_interval', () => {
    const others = panels.flatMap(({ title, targets }) =>
      (targets ?? []).flatMap(({ expr }) =>
        parsePromql(expr)
          .selectors.filter(({ inside }) => inside[0] === 'rate' || inside[0] === 'irate')
          .filter(({ range }) => range !== '$__rate_interval')
          .map(() => title),
      ),
    );
    expect(others).toEqual([]);
  });

  test('target-counter-agg-rule: counters are only shown as rates or increases', () => {
    const bare = panels.flatMap(({ title, targets }) =>
      (targets ?? []).flatMap(({ expr }) =>
        parsePromql(expr)
          .selectors.filter(({ metric }) => known.get(metric)?.isCounter)
          .filter(({ inside }) => !['rate', 'irate', 'increase'].includes(inside[0] ?? ''))
          .map(({ metric }) => `${title}: ${metric}`),
      ),
    );
    expect(bare).toEqual([]);
  });

  test('counts per step have steps of at least two scrapes', () => {
    const counting = panels.filter(({ targets }) =>
      (targets ?? []).some(({ expr }) => expr.includes('$__interval')),
    );
    expect(counting.filter(({ interval }) => interval !== '1m').map(({ title }) => title)).toEqual([]);
  });

  test('panels have ids of their own and do not overlap', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  test('it leads to the other dashboards and to the runbooks', () => {
    expect(dashboard.tags).toContain('mlops-backend');
    expect(dashboard.links).toContainEqual(
      expect.objectContaining({ type: 'dashboards', tags: ['mlops-backend'] }),
    );
    expect(dashboard.links).toContainEqual(expect.objectContaining({ url: '/d/mlops-backend-runbooks' }));
  });
});

describe.each(overScrapes)('$title, over scraped series', (dashboard) => {
  test.each([
    ['job', 'Job', '.+'],
    ['instance', 'Instance', '.+'],
    ['route', 'Route', '.*'],
  ])(
    'template-%s-rule: it can be chosen, all by default, and follows the time range',
    (name, label, allValue) => {
      expect(variable(dashboard, name)).toMatchObject({
        type: 'query',
        label,
        multi: true,
        allValue,
        refresh: 2,
        datasource: { uid: '$datasource' },
      });
    },
  );

  test('target-job-rule, target-instance-rule: every query keeps to the chosen ones', () => {
    const stray = queryPanels(dashboard).flatMap(({ title, targets }) =>
      (targets ?? []).flatMap(({ expr }) =>
        parsePromql(expr)
          .selectors.filter(({ metric }) => scraped(metric))
          .filter(
            ({ matchers }) =>
              !['job', 'instance'].every((label) =>
                matchers.some(
                  (matcher) =>
                    matcher.label === label && matcher.operator === '=~' && matcher.value === `$${label}`,
                ),
              ),
          )
          .map(({ metric }) => `${title}: ${metric}`),
      ),
    );
    expect(stray).toEqual([]);
  });

  test('a line marks every start of a process, with its version', () => {
    expect(dashboard.annotations.list).toContainEqual(
      expect.objectContaining({
        expr: expect.stringContaining('process_start_time_seconds'),
        titleFormat: expect.stringContaining('{{service_version}}'),
        useValueForTime: true,
      }),
    );
  });
});

test('the panels that the runbooks name exist', () => {
  const titles = new Set(
    dashboards.flatMap(({ panels, title }) => [title, ...panels.map((panel) => panel.title)]),
  );
  const looks = readText('docs/runbooks.md').match(/^\*\*Look first\.\*\*.*$/gm) ?? [];
  const named = looks.flatMap((line) =>
    [...line.matchAll(/"([A-Z][^"]+)"/g)].map(([, title]) => title ?? ''),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((title) => !titles.has(title))).toEqual([]);
});
