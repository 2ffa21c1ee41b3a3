import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { buildPanel, DATASOURCE, heightOf, type PanelSpec } from './panel.ts';

export interface Section {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
  /** Closed until somebody opens it; its queries are not asked before. */
  readonly folded?: boolean;
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
  /** To be typed in at the top, or filled in by a link. */
  readonly texts?: readonly { readonly name: string; readonly label: string; readonly description: string }[];
  /** Data sources beside Prometheus, by the name of their variable. */
  readonly sources?: readonly { readonly name: string; readonly label: string; readonly type: string }[];
  readonly sections: readonly Section[];
}

const COLUMNS = 24;
const TAG = 'mlops-backend';

/** Matchers that every query on scraped metrics carries, inside its braces. */
export const SCOPE = 'job=~"$job", instance=~"$instance"';
/** Prometheus and its company have jobs and instances too, and who else is scraped may be a web server as well. */
const OUR_JOBS = 'backend|worker';
const OURS = `job=~"${OUR_JOBS}"`;

const datasourceVariable = () =>
  new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

/**
 * PROMETHEUS__METRIC_NAMESPACE and _SUBSYSTEM as the service exports them, read off one of its metrics. Shown, for
 * where both were changed of late there are two to choose from.
 */
const PREFIX_OF = '_dataset_uploads_total';
const prefixVariable = () => {
  const query = `label_values({__name__=~".+${PREFIX_OF}", ${OURS}}, __name__)`;
  return new dashboard.QueryVariableBuilder('prefix')
    .label('Prefix')
    .description('What the names of the domain metrics begin with')
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .regex(`/(.+)${PREFIX_OF}/`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .current({ selected: true, text: 'mlops_backend', value: 'mlops_backend' });
};

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
  labelVariable('job', 'Job', `label_values(up{${OURS}}, job)`, OUR_JOBS),
  labelVariable('instance', 'Instance', 'label_values(up{job=~"$job"}, instance)', '.+'),
  // Requests to unknown paths have no route: `.*` keeps them in "All".
  labelVariable(
    'route',
    'Route',
    `label_values({__name__=~"http_server_request_duration_seconds(_count)?", ${SCOPE}}, http_route)`,
    '.*',
  ),
  prefixVariable(),
];

/** A line wherever a process started: a deploy or a restart, with the version that came up. */
const processStarts = () =>
  new dashboard.AnnotationQueryBuilder()
    .name('Process starts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('blue')
    // The side that is joined must be unambiguous: it is the one that is kept to the chosen processes.
    .expr(
      `1000 * process_start_time_seconds * on (job, instance) group_left (service_version) target_info{${SCOPE}}`,
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
    .keepTime(true)
    .url('/d/mlops-backend-runbooks');

/** From left to right, and from line to line where the next one does not fit. */
function layOut(specs: readonly PanelSpec[], top: number) {
  const panels: { readonly panel: PanelSpec; readonly x: number; readonly y: number }[] = [];
  let [x, y, lineHeight] = [0, top, 0];
  for (const panel of specs) {
    if (x + panel.width > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
    panels.push({ panel, x, y });
    x += panel.width;
    lineHeight = Math.max(lineHeight, heightOf(panel));
  }
  return { panels, height: y + lineHeight - top };
}

/**
 * Lays sections out in the grid, a row heading each, panels from left to right.
 * @param runbookOf the address of what to do when an alert fires
 */
export function buildDashboard(spec: DashboardSpec, runbookOf: (alert: string) => string): Dashboard {
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
  for (const { name, label, type } of spec.sources ?? [])
    result.withVariable(new dashboard.DatasourceVariableBuilder(name).label(label).type(type));
  for (const { name, label, description } of spec.texts ?? [])
    result.withVariable(
      new dashboard.TextBoxVariableBuilder(name).label(label).description(description).defaultValue(''),
    );
  if (spec.variables === 'scrape') {
    for (const variable of scrapeVariables()) result.withVariable(variable);
    result.annotations([processStarts()]);
  }

  let y = 0;
  // Panel ids are the address of a panel: rows count from 1000, so that adding a section moves no panel's id.
  let panelId = 1;
  let rowId = 1000;
  for (const section of spec.sections) {
    const row = new dashboard.RowBuilder(section.title)
      .id(rowId++)
      .collapsed(section.folded === true)
      .gridPos({ x: 0, y, w: COLUMNS, h: 1 });
    y += 1;
    const { panels, height } = layOut(section.panels, y);
    const built = panels.map(({ panel, x, y }) => buildPanel(panel, { id: panelId++, x, y }, runbookOf));
    // A closed row holds its panels and takes no more room than its heading; an open one stands before them.
    if (section.folded) for (const panel of built) row.withPanel(panel);
    result.withRow(row);
    if (!section.folded) {
      for (const panel of built) result.withPanel(panel);
      y += height;
    }
  }
  return withoutPlacement(result.build());
}

/** The SDK hides links and annotations in a menu, without being asked; Grafana 12 and later follow it. */
function withoutPlacement(built: Dashboard): Dashboard {
  return JSON.parse(
    JSON.stringify(built, (key, value) =>
      key === 'placement' && value === 'inControlsMenu' ? undefined : value,
    ),
  );
}
