import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { buildPanel, DATASOURCE, heightOf, type PanelSpec } from './panel.ts';

export interface Section {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  /** Part of the dashboard's address and its file name. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The time range shown first, such as `now-6h`. */
  readonly from: string;
  /** `scrape`: job, instance and route to choose from; `none`: figures that are already aggregated, or text. */
  readonly variables: 'scrape' | 'none';
  readonly sections: readonly Section[];
}

const COLUMNS = 24;
const TAG = 'mlops-backend';

/** Matchers that every query on scraped metrics carries, inside its braces. */
export const SCOPE = 'job=~"$job", instance=~"$instance"';

const datasourceVariable = () =>
  new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

function labelVariable(name: string, label: string, query: string, allValue: string) {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

const scrapeVariables = () => [
  labelVariable('job', 'Job', 'label_values(up{job=~"backend|worker"}, job)', '.+'),
  labelVariable('instance', 'Instance', 'label_values(up{job=~"$job"}, instance)', '.+'),
  // Requests to unknown paths have no route: `.*` keeps them in "All".
  labelVariable(
    'route',
    'Route',
    `label_values(http_server_request_duration_seconds_count{${SCOPE}}, http_route)`,
    '.*',
  ),
];

/** A line wherever a process started: a deploy or a restart, with the version that came up. */
const processStarts = () =>
  new dashboard.AnnotationQueryBuilder()
    .name('Process starts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('blue')
    .expr(
      `1000 * process_start_time_seconds{${SCOPE}} * on (job, instance) group_left (service_version) target_info{${SCOPE}}`,
    )
    .titleFormat('{{job}} {{service_version}} started')
    .textFormat('{{instance}}')
    .tagKeys('job')
    .step('60s')
    .useValueForTime(true);

const otherDashboards = () =>
  new dashboard.DashboardLinkBuilder('Dashboards')
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(true);

const runbooks = () =>
  new dashboard.DashboardLinkBuilder('Runbooks')
    .type(dashboard.DashboardLinkType.Link)
    .icon('doc')
    .url('/d/mlops-backend-runbooks');

/** Lays sections out in the grid, a row heading each, panels from left to right. */
export function buildDashboard(spec: DashboardSpec): Dashboard {
  const result = new dashboard.DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from: spec.from, to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .links([otherDashboards(), runbooks()])
    .withVariable(datasourceVariable());
  if (spec.variables === 'scrape') {
    for (const variable of scrapeVariables()) result.withVariable(variable);
    result.annotations([processStarts()]);
  }

  let y = 0;
  // Panel ids are the address of a panel: rows count from 1000, so that adding a section moves no panel's id.
  let panelId = 1;
  let rowId = 1000;
  for (const section of spec.sections) {
    result.withRow(
      new dashboard.RowBuilder(section.title).id(rowId++).gridPos({ x: 0, y, w: COLUMNS, h: 1 }),
    );
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of section.panels) {
      if (x + panel.width > COLUMNS) {
        y += lineHeight;
        x = 0;
        lineHeight = 0;
      }
      result.withPanel(buildPanel(panel, panelId++, x, y));
      x += panel.width;
      lineHeight = Math.max(lineHeight, heightOf(panel));
    }
    y += lineHeight;
  }
  return result.build();
}
