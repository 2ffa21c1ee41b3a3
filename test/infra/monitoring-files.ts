import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The committed dashboards and rules, as the monitoring programs read them. */
export const ROOT = new URL('../../', import.meta.url);
const MONITORING = new URL('infra/monitoring/', ROOT);
const DASHBOARDS = new URL('grafana/dashboards/mlops/', MONITORING);
const RULES = new URL('prometheus/rules/', MONITORING);
const CASES = new URL('prometheus/tests/', MONITORING);

export const readText = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
export const readYaml = (path: string): unknown => parse(readText(path));

const PREFIX_VARIABLE = `\${prefix}`;

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: { readonly uid: string };
  readonly instant?: boolean;
  readonly exemplar?: boolean;
  readonly format?: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly Target[];
  readonly interval?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly decimals?: number;
      readonly custom?: { readonly thresholdsStyle?: unknown; readonly drawStyle?: string };
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
  }[];
}

export const dashboards: readonly Dashboard[] = readdirSync(DASHBOARDS)
  .sort()
  .map((file) => readFileSync(new URL(file, DASHBOARDS), 'utf8'))
  // As Grafana asks where the prefix is the default one.
  .map((text) => JSON.parse(text.replaceAll(PREFIX_VARIABLE, 'mlops_backend')) as Dashboard);

/** Rows, and the panels in and below them. */
export const allPanels = ({ panels }: Dashboard): readonly Panel[] =>
  panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);

/** Panels with queries: neither rows nor text. */
export const queryPanels = (dashboard: Dashboard): readonly Panel[] =>
  allPanels(dashboard).filter(({ type }) => type !== 'row' && type !== 'text');

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
    ...allPanels(dashboard).flatMap(({ title, interval, targets = [] }) =>
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
