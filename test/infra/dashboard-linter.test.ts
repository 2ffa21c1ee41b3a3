import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { knownSeries } from './known-metrics.ts';
import {
  allPanels,
  type Dashboard,
  dashboards,
  type Panel,
  queryPanels,
  type Target,
  untraced,
  type Variable,
} from './monitoring-files.ts';
import { parsePromql, type Selector } from './promql.ts';

/**
 * The rules of grafana/dashboard-linter as it has them since June 2026, by their names there and at least as strict.
 * What it would find is found here too; what of that is meant so is excluded below, with the reason.
 */
type Finding = string;
type Rule = (dashboard: Dashboard) => readonly Finding[];

const known = knownSeries();
const boards = [...dashboards, ...untraced];
const SHOWING = ['stat', 'table', 'timeseries', 'heatmap'];
const showing = (dashboard: Dashboard) => allPanels(dashboard).filter(({ type }) => SHOWING.includes(type));
const isPrometheus = ({ datasource }: Target) => datasource.type === 'prometheus';
const sources = ({ templating }: Dashboard) => templating.list.filter(({ type }) => type === 'datasource');
const queried = ({ templating }: Dashboard) => templating.list.filter(({ type }) => type === 'query');

const ofPanels =
  (isWrong: (panel: Panel, dashboard: Dashboard) => boolean): Rule =>
  (dashboard) =>
    showing(dashboard)
      .filter((panel) => isWrong(panel, dashboard))
      .map(({ title }) => title);

const ofSelectors =
  (isWrong: (selector: Selector, expr: string) => boolean): Rule =>
  (dashboard) =>
    queryPanels(dashboard).flatMap(({ title, targets = [] }) =>
      targets.filter(isPrometheus).flatMap(({ expr }) =>
        parsePromql(expr)
          .selectors.filter((selector) => isWrong(selector, expr))
          .map(({ metric }) => `${title}: ${metric}`),
      ),
    );

const keepsTo = (label: string): Rule =>
  ofSelectors(
    ({ matchers }) =>
      !matchers.some((one) => one.label === label && one.operator === '=~' && one.value === `$${label}`),
  );

function canBeChosen(name: string, label: string): Rule {
  const wrong = (variable: Variable): readonly (readonly [string, boolean])[] => [
    ['type', variable.type !== 'query'],
    ['label', variable.label !== label],
    ['multi', variable.multi !== true],
    ['allValue', variable.allValue !== '.+'],
    ['datasource', variable.datasource?.uid !== '$datasource'],
  ];
  return ({ templating }) => {
    const variable = templating.list.find((one) => one.name === name);
    if (variable === undefined) return ['missing'];
    return wrong(variable).flatMap(([what, is]) => (is ? [what] : []));
  };
}

function isPromql(expr: string): boolean {
  try {
    return parsePromql(expr).selectors.length > 0;
  } catch {
    return false;
  }
}

const UNITS: ReadonlySet<unknown> = new Set(Object.values(units));

const RULES: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': (dashboard) => {
    const all = sources(dashboard);
    const names = (type: string) => (all.length === 1 ? ['datasource'] : [`${type}_datasource`]);
    return [
      ...(all.length === 0 ? ['missing'] : []),
      ...all.filter(({ name, query }) => !names(query).includes(name)).map(({ name }) => name),
      ...(all.length === 1 && all[0]?.label !== 'Data source' ? ['label'] : []),
    ];
  },
  'template-job-rule': canBeChosen('job', 'Job'),
  'template-instance-rule': canBeChosen('instance', 'Instance'),
  'template-label-promql-rule': (dashboard) =>
    queried(dashboard)
      .filter(({ query }) => !isPromql(/^label_values\((.+), \w+\)$/.exec(query)?.[1] ?? ''))
      .map(({ name }) => name),
  'template-on-time-change-reload-rule': (dashboard) =>
    queried(dashboard)
      .filter(({ refresh }) => refresh !== 2)
      .map(({ name }) => name),
  'panel-datasource-rule': ofPanels(({ datasource, targets = [] }, dashboard) => {
    const chosen = sources(dashboard).map(({ name }) => `$${name}`);
    const uids = [datasource?.uid ?? '', ...targets.map((target) => target.datasource.uid)];
    return uids.some((uid) => !chosen.includes(uid));
  }),
  'panel-title-description-rule': (dashboard) =>
    allPanels(dashboard)
      .filter(({ type, title, description }) => type !== 'row' && !(title && description))
      .map(({ id }) => String(id)),
  'panel-units-rule': ofPanels(({ fieldConfig: { defaults, overrides = [] }, datasource }) => {
    const given = overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit'));
    return (
      datasource?.type === 'prometheus' &&
      [defaults.unit, ...given.map(({ value }) => value)].some((unit) => !UNITS.has(unit))
    );
  }),
  'panel-no-targets-rule': ofPanels(({ targets = [] }) => targets.length === 0),
  // The linter reads LogQL where Loki is the first data source, which it is nowhere; test/infra/tracing reads ours.
  'target-logql-rule': (dashboard) => (sources(dashboard)[0]?.query === 'loki' ? ['LogQL'] : []),
  'target-logql-auto-rule': (dashboard) =>
    allPanels(dashboard)
      .filter(({ targets = [] }) =>
        targets.some(({ datasource, expr }) => datasource.type === 'loki' && /\[(?!\$__auto\])/.test(expr)),
      )
      .map(({ title }) => title),
  'target-promql-rule': ofPanels(({ targets = [] }) =>
    targets.filter(isPrometheus).some(({ expr }) => !isPromql(expr)),
  ),
  'target-rate-interval-rule': ofSelectors(
    ({ range, inside }) => ['rate', 'irate'].includes(inside[0] ?? '') && range !== '$__rate_interval',
  ),
  'target-job-rule': keepsTo('job'),
  'target-instance-rule': keepsTo('instance'),
  // Histograms are counters too, which the linter, going by `_total`, does not know.
  'target-counter-agg-rule': ofSelectors(
    ({ metric, inside }) =>
      (metric.endsWith('_total') || known.get(metric)?.isCounter === true) &&
      !['rate', 'irate', 'increase'].includes(inside[0] ?? ''),
  ),
  'uneditable-dashboard': ({ editable }) => (editable ? ['editable'] : []),
};

interface Exclusion {
  readonly rules: readonly string[];
  readonly boards: RegExp;
  readonly findings: RegExp;
  readonly reason: string;
}

const EXCLUDED: readonly Exclusion[] = [
  {
    rules: ['template-job-rule'],
    boards: /./,
    findings: /^allValue$/,
    reason: 'not everybody whom this Prometheus scrapes is ours',
  },
  {
    rules: ['template-job-rule', 'template-instance-rule'],
    boards: /^(Service level objectives|Runbooks)$/,
    findings: /^missing$/,
    reason: 'nothing on it belongs to a process',
  },
  {
    rules: ['template-datasource-rule'],
    boards: /^One training run$/,
    findings: /^(datasource|traces|logs)$/,
    reason: 'links carry the choice of a data source by its name, which is the same on all boards',
  },
  {
    rules: ['target-job-rule', 'target-instance-rule'],
    boards: /./,
    findings: /: (slo:|job:|job_route:|ALERTS$|ALERTS_FOR_STATE$)/,
    reason: 'recorded over all processes, or an alert, which may have no process',
  },
  {
    rules: ['target-counter-agg-rule'],
    boards: /./,
    findings: /^Latency distribution: http_server_request_duration_seconds$/,
    reason: 'asks only whether there is a native histogram',
  },
];

const exclusionOf = (rule: string, { title }: Dashboard, finding: Finding) =>
  EXCLUDED.find(
    ({ rules, boards, findings }) => rules.includes(rule) && boards.test(title) && findings.test(finding),
  );

describe.each(Object.entries(RULES))('%s', (rule, find) => {
  test.each(boards)('$title', (dashboard) => {
    const left = find(dashboard).filter((finding) => exclusionOf(rule, dashboard, finding) === undefined);
    expect(left).toEqual([]);
  });
});

test('every exclusion excludes something, from each rule that it names', () => {
  const used = new Set(
    Object.entries(RULES).flatMap(([rule, find]) =>
      boards.flatMap((dashboard) =>
        find(dashboard).map((finding) => {
          const exclusion = exclusionOf(rule, dashboard, finding);
          return exclusion === undefined ? '' : `${rule}: ${exclusion.reason}`;
        }),
      ),
    ),
  );
  const named = EXCLUDED.flatMap(({ rules, reason }) => rules.map((rule) => `${rule}: ${reason}`));
  expect(named.filter((exclusion) => !used.has(exclusion))).toEqual([]);
});
