import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The committed dashboards and rules, as the monitoring programs read them. */
export const ROOT = new URL('../../', import.meta.url);
const MONITORING = new URL('infra/monitoring/', ROOT);
const DASHBOARDS = new URL('grafana/dashboards/', MONITORING);
const RULES = new URL('prometheus/rules/', MONITORING);
const CASES = new URL('prometheus/tests/', MONITORING);

export const readText = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
export const readYaml = (path: string): unknown => parse(readText(path));

const PREFIX_VARIABLE = `\${prefix}`;

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  /** Of Tempo. */
  readonly query?: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly instant?: boolean;
  readonly exemplar?: boolean;
  readonly format?: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly Target[];
  readonly interval?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly decimals?: number;
      readonly min?: number;
      readonly noValue?: string;
      readonly custom?: {
        readonly thresholdsStyle?: unknown;
        readonly drawStyle?: string;
        readonly axisSoftMin?: number;
      };
    };
    readonly overrides?: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly options?: Readonly<Record<string, unknown>> & {
    readonly legend?: { readonly calcs: readonly string[] };
  };
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  /** Of a row: whether its panels are hidden until it is opened, and in it. */
  readonly collapsed?: boolean;
  readonly panels?: readonly Panel[];
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly query: string;
  readonly multi?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
  readonly regex?: string;
  readonly datasource?: { readonly uid: string };
}

export interface Dashboard {
  /** Where it stands in the repository. */
  readonly path: string;
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly tags: readonly string[];
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: {
    readonly list?: readonly {
      readonly name: string;
      readonly expr?: string;
      readonly titleFormat?: string;
    }[];
  };
  readonly links: readonly {
    readonly type: string;
    readonly url?: string;
    readonly tags?: readonly string[];
    readonly keepTime?: boolean;
  }[];
}

const dashboardsIn = (folder: string): readonly Dashboard[] =>
  readdirSync(new URL(folder, DASHBOARDS)).map((file) => {
    const path = `infra/monitoring/grafana/dashboards/${folder}/${file}`;
    // As Grafana asks where the prefix is the default one.
    const text = readText(path).replaceAll(PREFIX_VARIABLE, 'mlops_backend');
    return { path, ...(JSON.parse(text) as Omit<Dashboard, 'path'>) };
  });

export const dashboards: readonly Dashboard[] = [...dashboardsIn('mlops'), ...dashboardsIn('traced')].sort(
  (a, b) => (a.uid < b.uid ? -1 : 1),
);
/** In the place of those that ask Tempo and Loki, where there are none. */
export const untraced: readonly Dashboard[] = dashboardsIn('untraced');

/** Rows, and the panels in and below them. */
export const allPanels = ({ panels }: Dashboard): readonly Panel[] =>
  panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);

/** Panels that show data: neither rows nor text. */
const dataPanels = (dashboard: Dashboard): readonly Panel[] =>
  allPanels(dashboard).filter(({ type }) => type !== 'row' && type !== 'text');
const isTracing = ({ datasource }: Panel) => ['tempo', 'loki'].includes(datasource?.type ?? '');

/** Those that ask Prometheus. */
export const queryPanels = (dashboard: Dashboard): readonly Panel[] =>
  dataPanels(dashboard).filter((panel) => !isTracing(panel));
/** Those that ask Tempo or Loki. */
export const tracingPanels = (dashboard: Dashboard): readonly Panel[] =>
  dataPanels(dashboard).filter(isTracing);

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const ruleFiles: readonly string[] = readdirSync(RULES)
  .filter((file) => file.endsWith('.yml'))
  .sort();

/** The files of promtool's cases, which try the rules. */
export const caseFiles: readonly string[] = readdirSync(CASES)
  .filter((file) => file.endsWith('.yml'))
  .sort();

export const rules: readonly Rule[] = ruleFiles.flatMap((file) => {
  const { groups } = parse(readFileSync(new URL(file, RULES), 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
});
export const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined);
export const recordings = rules.filter(
  (rule): rule is Rule & { record: string } => rule.record !== undefined,
);

export interface Query {
  /** For messages: dashboard and panel, or the rule. */
  readonly where: string;
  readonly expr: string;
}

/** What Grafana asks Prometheus. */
export interface GrafanaQuery extends Query {
  /** The panel's, or `annotation` or `variable`. */
  readonly title: string;
  /** The query's legend, or the name of the annotation or variable. */
  readonly legend: string;
  /** The panel's least step. */
  readonly interval?: string;
  /** Of its dashboard. */
  readonly variables: readonly Variable[];
}

function queriesOf(dashboard: Dashboard): readonly GrafanaQuery[] {
  const { list: variables } = dashboard.templating;
  const query = (title: string, legend: string, expr: string, interval?: string): GrafanaQuery => ({
    where: `${dashboard.title} / ${title} / ${legend}`,
    ...{ title, legend, expr, variables },
    ...(interval !== undefined && { interval }),
  });
  return [
    ...queryPanels(dashboard).flatMap(({ title, interval, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => query(title, legendFormat, expr, interval)),
    ),
    ...(dashboard.annotations.list ?? []).flatMap(({ name, expr }) =>
      expr === undefined ? [] : [query('annotation', name, expr)],
    ),
    // label_values(SELECTOR, LABEL): its selector is a query too.
    ...variables.flatMap(({ name, query: text }) => {
      const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
      return selector === undefined ? [] : [query('variable', name, `group by (${label}) (${selector})`)];
    }),
  ];
}

export const grafanaQueries: readonly GrafanaQuery[] = dashboards.flatMap(queriesOf);
const ruleQueries = rules.map(
  (rule): Query => ({ where: `rule ${rule.alert ?? rule.record ?? ''}`, expr: rule.expr }),
);

/** Every query that Grafana or Prometheus will run. */
export const allQueries: readonly Query[] = [...grafanaQueries, ...ruleQueries];
