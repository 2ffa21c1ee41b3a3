import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';
import { dataSources } from './data-sources.ts';
import { knownSeries, NATIVE, seriesOf } from './known-metrics.ts';
import {
  alerts,
  allPanels,
  type Dashboard,
  dashboards,
  type Panel,
  queryPanels,
  ROOT,
  readText,
  tracingPanels,
  untraced,
} from './monitoring-files.ts';
import { parsePromql } from './promql.ts';

const known = knownSeries();
const variable = (dashboard: Dashboard, name: string) =>
  dashboard.templating.list.find((candidate) => candidate.name === name);
/** In a link: the time that is shown. */
const TIME = `\${__url_time_range}`;
const overScrapes = dashboards.filter((dashboard) => variable(dashboard, 'job') !== undefined);

test('the dashboards are what their source says', () => {
  const args = ['--disable-warning=ExperimentalWarning', 'scripts/dashboards.ts', '--check'];
  expect(spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('the dashboards that people link to keep their addresses', () => {
  expect(dashboards.map(({ uid, title }) => [uid, title])).toEqual([
    ['mlops-backend-datasets', 'Datasets: uploads and clean-up'],
    ['mlops-backend-overview', 'Backend Monitoring Overview'],
    ['mlops-backend-requests', 'Requests'],
    ['mlops-backend-run', 'One training run'],
    ['mlops-backend-runbooks', 'Runbooks'],
    ['mlops-backend-runtime', 'Runtime and resources'],
    ['mlops-backend-slo', 'Service level objectives'],
    ['mlops-backend-training', 'Training & model quality'],
  ]);
});

describe.each(dashboards)('$title', (dashboard) => {
  const panels = queryPanels(dashboard);

  test('counts are taken from what counts single events, never from increase()', () => {
    const stretched = panels.flatMap(({ title, targets }) =>
      (targets ?? []).flatMap(({ expr }) =>
        parsePromql(expr)
          .selectors.filter(({ inside }) => inside[0] === 'increase')
          // Where values lie, not how many there are.
          .filter(({ metric }) => !metric.endsWith('_bucket') && !NATIVE.has(metric))
          .map(({ metric }) => `${title}: ${metric}`),
      ),
    );
    expect(stretched).toEqual([]);
  });

  test('quantiles over time, and what they are made of, lead to the traces of single values', () => {
    const buckets = [...NATIVE].flatMap((name) => [name, `${name}_bucket`]);
    const ofBuckets = panels
      .filter(({ type }) => type === 'timeseries' || type === 'heatmap')
      .flatMap(({ targets }) => targets ?? [])
      .filter(
        ({ expr }) =>
          !/histogram_(count|sum)/.test(expr) &&
          parsePromql(expr).selectors.some(({ metric }) => buckets.includes(metric)),
      );
    expect(ofBuckets.filter(({ exemplar }) => exemplar !== true)).toEqual([]);
    const others = panels.flatMap(({ targets }) => targets ?? []).filter((one) => !ofBuckets.includes(one));
    expect(others.filter(({ exemplar }) => exemplar)).toEqual([]);
  });

  test('counts per step have steps of several evaluations', () => {
    const counting = panels.filter(({ targets }) =>
      (targets ?? []).some(({ expr }) => expr.includes('$__interval')),
    );
    expect(counting.filter(({ interval }) => interval !== '1m').map(({ title }) => title)).toEqual([]);
  });

  test('numbers of things are whole, on axes too', () => {
    const counted = panels.filter(
      ({ type, title, fieldConfig: { defaults } }) =>
        defaults.custom?.drawStyle === 'bars' ||
        (defaults.unit === 'none' && type !== 'table' && !['State', 'Input drift (PSI)'].includes(title)),
    );
    expect(
      counted.filter(({ fieldConfig }) => fieldConfig.defaults.decimals !== 0).map(({ title }) => title),
    ).toEqual([]);
  });

  test('panels have ids of their own and do not overlap, in closed rows neither', () => {
    const all = allPanels(dashboard);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const neighbours of [dashboard.panels, ...dashboard.panels.map((row) => row.panels ?? [])]) {
      const cells = neighbours.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(neighbours.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    }
  });

  test('figures without a time axis are asked for one moment', () => {
    const asked = (types: readonly string[], instant: boolean) =>
      panels
        .filter(({ type }) => types.includes(type))
        .filter(({ targets }) => (targets ?? []).some((target) => (target.instant ?? false) !== instant))
        .map(({ title }) => title);
    expect(asked(['stat', 'table'], true)).toEqual([]);
    expect(asked(['timeseries', 'heatmap'], false)).toEqual([]);
  });

  test('legends tell the last and the highest value', () => {
    const graphs = panels.filter(({ type }) => type === 'timeseries');
    const without = graphs.filter(({ options }) =>
      ['lastNotNull', 'max'].some((calc) => !options?.legend?.calcs.includes(calc)),
    );
    expect(without.map(({ title }) => title)).toEqual([]);
  });

  test('success is green and failure is red', () => {
    const told = panels.filter(({ type, targets }) =>
      (targets ?? []).some(
        ({ legendFormat }) => type !== 'table' && ['{{outcome}}', '{{result}}'].includes(legendFormat),
      ),
    );
    for (const { title, type, fieldConfig } of told) {
      const colors = Object.fromEntries(
        (fieldConfig.overrides ?? []).map(({ matcher, properties }) => [
          matcher.options,
          properties[0]?.value,
        ]),
      );
      // A large red 0 would cry wolf.
      const none = { value: null, color: 'green' };
      const red = type === 'stat' ? { steps: [none, { value: 1, color: 'red' }] } : { fixedColor: 'red' };
      expect(colors, title).toMatchObject({ success: { fixedColor: 'green' }, failure: red });
    }
  });

  test('an error budget that is overspent is seen below zero, all else begins there', () => {
    const begins = panels
      .filter(({ type }) => type === 'timeseries')
      .map(({ title, fieldConfig: { defaults } }) => [title, defaults.min, defaults.custom?.axisSoftMin]);
    const isBudget = ([title]: readonly unknown[]) => title === 'Error budget left';
    expect(begins.filter((one) => !isBudget(one) && one[1] !== 0)).toEqual([]);
    expect(begins.filter((one) => isBudget(one) && (one[1] !== undefined || one[2] !== 0))).toEqual([]);
  });

  test('of what no process counts before it happens, a panel says in words that there was none', () => {
    const silent = panels.filter(({ targets = [], fieldConfig }) => {
      const asked = targets.map(({ expr }) => parsePromql(expr).selectors);
      const isBorn = asked.map((selectors) =>
        selectors.some(
          ({ metric, matchers }) =>
            /^http_(client|server)_re/.test(metric) ||
            matchers.some(({ label, value }) => label === 'metric' && value === 'http_server_requests'),
        ),
      );
      return isBorn.length > 0 && isBorn.every(Boolean) && !fieldConfig.defaults.noValue;
    });
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  test('runs that started are not stacked on those that ended, which have started too', () => {
    const stacks = panels.filter(({ type, targets }) =>
      (targets ?? []).some(({ legendFormat }) => type === 'timeseries' && legendFormat === '{{outcome}}'),
    );
    for (const { title, fieldConfig } of stacks) {
      const started = fieldConfig.overrides?.find(({ matcher }) => matcher.options === 'started');
      expect(started?.properties, title).toContainEqual({ id: 'custom.stacking', value: { mode: 'none' } });
    }
  });

  test('links stand in the open: the SDK would hide them in a menu', () => {
    expect(JSON.stringify(dashboard)).not.toContain('inControlsMenu');
  });

  test('links of panels lead to dashboards and to sections of the runbooks that exist', () => {
    const links = panels.flatMap((panel) => panel.links ?? []);
    const wrong = links.filter(({ title, url }) => {
      const [, uid, section] = /^\/d\/([\w-]+)(?:\?viewPanel=panel-(\d+))?/.exec(url) ?? [];
      const board = dashboards.find((other) => other.uid === uid);
      if (board === undefined || !url.includes(TIME)) return true;
      return title.startsWith('Runbook: ')
        ? allPanels(board).find(({ id }) => id === Number(section))?.title !== title.slice('Runbook: '.length)
        : !url.includes(`\${__all_variables}`);
    });
    expect(wrong).toEqual([]);
  });

  test('runbooks of alerts that exist are linked beside the limits that panels draw', () => {
    const runbooksOf = ({ links }: Panel) =>
      (links ?? []).flatMap(({ title }) => /^Runbook: (.+)$/.exec(title)?.[1] ?? []);
    const known = new Set(alerts.map(({ alert }) => alert));
    expect(panels.flatMap(runbooksOf).filter((alert) => !known.has(alert))).toEqual([]);
    const limited = panels.filter(({ fieldConfig }) => fieldConfig.defaults.custom?.thresholdsStyle);
    expect(limited.filter((panel) => runbooksOf(panel).length === 0).map(({ title }) => title)).toEqual([]);
  });

  test('it leads to the other dashboards and to the runbooks', () => {
    expect(dashboard.tags).toContain('mlops-backend');
    expect(dashboard.links).toContainEqual(
      expect.objectContaining({ type: 'dashboards', tags: ['mlops-backend'] }),
    );
    expect(dashboard.links).toContainEqual(expect.objectContaining({ url: '/d/mlops-backend-runbooks' }));
    expect(dashboard.links.filter(({ keepTime }) => !keepTime)).toEqual([]);
  });
});

describe.each(overScrapes)('$title, over scraped series', (dashboard) => {
  test.each([
    ['job', 'Job', 'backend|worker'],
    ['instance', 'Instance', '.+'],
    ['route', 'Route', '.*'],
  ])(
    'one %s, several or all of them can be chosen, of those that were there in the time that is shown',
    (name, label, allValue) => {
      expect(variable(dashboard, name)).toMatchObject({
        type: 'query',
        label,
        multi: true,
        includeAll: true,
        allValue,
        refresh: 2,
        datasource: { uid: '$datasource' },
      });
    },
  );

  test('only our own jobs and instances are offered', () => {
    expect(variable(dashboard, 'job')?.query).toContain('job=~"backend|worker"');
    expect(variable(dashboard, 'instance')?.query).toContain('job=~"$job"');
  });

  test('the prefix of the domain metrics is read off what the service exports', () => {
    const prefix = variable(dashboard, 'prefix');
    expect(prefix).toMatchObject({ type: 'query', refresh: 2, datasource: { uid: '$datasource' } });
    const source = readText(dashboard.path);
    expect(source).not.toMatch(/"expr": ".*mlops_backend_/);
    const [, pattern = ''] = /^\/(.+)\/$/.exec(prefix?.regex ?? '') ?? [];
    const exported = prometheusMetrics('acme.ml_api').flatMap(
      ({ name }) => RegExp(pattern).exec(name)?.[1] ?? [],
    );
    expect(exported).toEqual(['acme_ml_api']);
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

describe('One training run', () => {
  const traced = dashboards.find(({ uid }) => uid === 'mlops-backend-run') as Dashboard;
  const without = untraced.find(({ uid }) => uid === 'mlops-backend-run') as Dashboard;

  test('asks for its trace, its spans and its log lines, by what stands at the top, in sources chosen there', () => {
    const asked = tracingPanels(traced).flatMap(({ type, datasource, targets = [] }) =>
      targets.map((target) => [type, datasource?.type, target.datasource.uid, target.query ?? target.expr]),
    );
    expect(asked).toEqual([
      ['traces', 'tempo', '$traces', '$trace'],
      ['table', 'tempo', '$traces', expect.stringContaining('span.mlops.run.id = "$run"')],
      ['logs', 'loki', '$logs', expect.stringContaining('run="$run"')],
    ]);
    for (const name of ['run', 'trace']) expect(variable(traced, name)).toMatchObject({ type: 'textbox' });
    for (const [name, type] of [
      ['traces', 'tempo'],
      ['logs', 'loki'],
    ] as const) {
      expect(variable(traced, name)).toMatchObject({ type: 'datasource', query: type });
      expect(dataSources.map((source) => source.type)).toContain(type);
    }
  });

  test('has words in their place where there is neither Tempo nor Loki, and all else as it is', () => {
    expect(JSON.stringify(without)).not.toMatch(/"(tempo|loki)"|\$traces|\$logs/);
    expect(queryPanels(without).map(({ title, targets }) => [title, targets])).toEqual(
      queryPanels(traced).map(({ title, targets }) => [title, targets]),
    );
    const [words] = without.panels.filter(({ type }) => type === 'text');
    expect(words?.options?.['content']).toMatch(/no Tempo and no Loki(.|\n)+training-runs\/\$run\/trace/);
  });
});

test('the overview begins with the state, and asks for less than half of what all boards show', () => {
  const overview = dashboards.find(({ uid }) => uid === 'mlops-backend-overview') as Dashboard;
  const rows = overview.panels.filter(({ type }) => type === 'row');
  expect(rows.map(({ title, collapsed }) => [title, collapsed])).toEqual([
    ['State', false],
    ['Requests', false],
    ['Uploads', false],
    ['Training', false],
    ['Models', true],
    ['Clean-up', true],
    ['Runtime', true],
  ]);
  const open = overview.panels.filter(({ type }) => type !== 'row');
  expect(open.length).toBeLessThanOrEqual(20);
  // Beside every figure the way to what says more.
  expect(queryPanels(overview).filter(({ links }) => links === undefined)).toEqual([]);
});

test('a route on the overview leads to its requests, at that time and with all else as it is chosen', () => {
  const [overview, requests] = ['overview', 'requests'].map((name) =>
    dashboards.find(({ uid }) => uid === `mlops-backend-${name}`),
  ) as [Dashboard, Dashboard];
  const routes = queryPanels(overview).find(({ title }) => title === 'Routes');
  const links = routes?.fieldConfig.overrides?.find(({ matcher }) => matcher.options === 'Route')?.properties;
  const [link] = (links?.find(({ id }) => id === 'links')?.value ?? []) as { url: string }[];
  const [address, parameters = ''] = link?.url.split('?') ?? [];
  expect(address).toBe(`/d/${requests.uid}`);
  const kept = requests.templating.list.map(({ name }) =>
    name === 'route' ? `var-route=\${__value.text:percentencode}` : `\${${name}:queryparam}`,
  );
  expect(new Set(parameters.split('&'))).toEqual(new Set([TIME, ...kept]));
});

test('neither probes nor scrapes stand in the overview’s figures of requests', () => {
  const overview = dashboards.find(({ uid }) => uid === 'mlops-backend-overview') as Dashboard;
  const diluted = queryPanels(overview).flatMap(({ title, targets }) =>
    (targets ?? []).flatMap(({ expr }) =>
      parsePromql(expr)
        .selectors.filter((selector) => seriesOf(known, selector)?.labels.has('http_route'))
        .filter(
          ({ matchers }) =>
            !matchers.some(({ label, value }) => label === 'http_route' && value === '/api/ml/.+'),
        )
        .map(() => title),
    ),
  );
  expect(diluted).toEqual([]);
});

test('the panels that the runbooks name exist', () => {
  const titles = new Set(
    dashboards.flatMap((dashboard) => [dashboard.title, ...allPanels(dashboard).map((panel) => panel.title)]),
  );
  const looks = readText('docs/runbooks.md').match(/^\*\*Look first\.\*\*.*$/gm) ?? [];
  const named = looks.flatMap((line) =>
    [...line.matchAll(/"([A-Z][^"]+)"/g)].map(([, title]) => title ?? ''),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((title) => !titles.has(title))).toEqual([]);
});
