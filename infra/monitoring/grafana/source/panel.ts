import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as tempo from '@grafana/grafana-foundation-sdk/tempo';
import * as text from '@grafana/grafana-foundation-sdk/text';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/**
 * The few kinds of panel that the dashboards are made of, so that all of them look and behave alike. A panel is
 * declared by what it shows; position and id come from the layout.
 */
export interface Query {
  readonly expr: string;
  /** Grafana's legend format: `{{label}}` or plain words. */
  readonly legend: string;
  /** Whether points on the graph lead to single traces: of the buckets that are asked for. */
  readonly exemplars?: boolean;
}

type Hue = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple';
export type Color = 'text' | Hue | `${'super-light' | 'light' | 'semi-dark' | 'dark'}-${Hue}`;

interface Word {
  readonly text: string;
  readonly color: Color;
}

export interface Threshold {
  readonly value: number;
  readonly color: Color;
}

/** Where a panel leads: the dashboard that says more, or what to do when its alert fires. */
export type PanelLink = { readonly board: string; readonly title: string } | { readonly runbook: string };

/** Seconds; what takes longer does not happen, and what was so long ago never did. */
const NEVER = 1e9;

interface Described {
  readonly title: string;
  /** What the figure says and when to worry, in a sentence or two. */
  readonly description: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly links?: readonly PanelLink[];
}

interface Measured extends Described {
  /** Rows of the grid; default: as its kind has. */
  readonly height?: number;
  /** A Grafana unit id. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly decimals?: number;
  /** Of what means well or ill, by its name in the legend. */
  readonly colors?: Readonly<Record<string, Color>>;
  /** Shown where there is no data: in words that are true where nothing happened, and where nobody looked. */
  readonly noValue?: string;
}

export interface TimeseriesPanel extends Measured {
  readonly kind: 'timeseries';
  /** `bars`: counts per step, stacked; `area`: stacked; default: lines. */
  readonly style?: 'bars' | 'area';
  readonly max?: number;
  /** Whether values may be below 0: the axis begins at 0 unless some are. */
  readonly signed?: boolean;
  /** Names in the legend of what the stack holds already in another way: lines before it. */
  readonly beside?: readonly string[];
  /** A pattern of names in the legend: of what is no measurement, but bounds those beside it. */
  readonly bound?: string;
  /** So many lines that the legend is a table, the highest first. */
  readonly many?: boolean;
  /** Horizontal lines, such as an alert's limit. */
  readonly limits?: readonly Threshold[];
  /** The least step, for figures of rare events. */
  readonly step?: string;
  /** Shades of one colour for all lines, where each of them means ill. */
  readonly tone?: Color;
}

export interface StatPanel extends Measured {
  readonly kind: 'stat';
  readonly thresholds?: readonly Threshold[];
  /** Of one figure beside others, by its name. */
  readonly thresholdsOf?: Readonly<Record<string, readonly Threshold[]>>;
  /** Words in the place of values, by value. */
  readonly words?: Readonly<Record<string, Word>>;
  /** A word in the place of a time that is thirty years or more. */
  readonly never?: Word;
}

export interface Column {
  readonly title: string;
  readonly expr: string;
  readonly unit: string;
  readonly thresholds?: readonly Threshold[];
}

/** One line for each value of some labels, as of now or over the chosen time. */
export interface TablePanel extends Described {
  readonly kind: 'table';
  /** Label → its column's title. */
  readonly rows: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  readonly height: number;
  /** Titles of the columns that lead, the first before the next: highest first, and words from A to Z. */
  readonly sortBy: readonly string[];
  /** Where the cells of a column of `rows` lead, by its title. */
  readonly linksOf?: Readonly<Record<string, { readonly title: string; readonly url: string }>>;
  readonly noValue: string;
}

export interface HeatmapPanel extends Described {
  readonly kind: 'heatmap';
  readonly unit: string;
  /** Counts by `le`. */
  readonly query: Omit<Query, 'legend'>;
  readonly noValue: string;
}

/** What Tempo or Loki have of something. */
export interface FoundPanel extends Described {
  /** `trace`: one, as a waterfall; `spans`: a table of them. */
  readonly kind: 'trace' | 'spans' | 'logs';
  /** An id or TraceQL; LogQL. */
  readonly query: string;
  readonly height: number;
}

export interface TextPanel extends Described {
  readonly kind: 'text';
  readonly markdown: string;
  readonly height: number;
}

export type PanelSpec = TimeseriesPanel | StatPanel | TablePanel | HeatmapPanel | FoundPanel | TextPanel;

/** Rows of the grid that a kind of panel takes. */
export const heightOf = (panel: PanelSpec): number =>
  ('height' in panel ? panel.height : undefined) ?? (panel.kind === 'stat' ? 4 : 8);

export const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const TRACES = { type: 'tempo', uid: '$traces' };
const LOGS = { type: 'loki', uid: '$logs' };

// A counting panel's step holds several evaluations of the rule that counts.
const STEP_OF_COUNTS = '1m';

const target = ({ expr, legend }: Query, index: number) =>
  new prometheus.DataqueryBuilder()
    .refId(refId(index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend);

function rangeTarget(query: Query, index: number) {
  const range = target(query, index).range();
  return query.exemplars ? range.exemplar(true) : range;
}

const refId = (index: number) => String.fromCharCode(65 + index);

function thresholds(steps: readonly Threshold[], base: string) {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps]);
}

const fixed = (color: Color) => [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }];
/** Neither a bar nor part of a stack. */
const LINE = [
  { id: 'custom.drawStyle', value: 'line' },
  { id: 'custom.stacking', value: { mode: 'none' } },
  { id: 'custom.fillOpacity', value: 0 },
];

function legendOf({ style, many }: TimeseriesPanel) {
  const legend = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(many ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    // Of counts their sum is the figure that people ask for.
    .calcs([...(style === 'bars' ? ['sum'] : []), 'lastNotNull', 'max']);
  return many ? legend.sortBy('Max').sortDesc(true) : legend;
}

/** Neither filled nor as strong as what is measured. */
const BOUND = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.lineWidth', value: 1 },
  { id: 'custom.fillOpacity', value: 0 },
  ...fixed('orange'),
];

function timeseriesPanel(spec: TimeseriesPanel) {
  const bars = spec.style === 'bars';
  const panel = new timeseries.PanelBuilder()
    .datasource(DATASOURCE)
    .targets(spec.queries.map(rangeTarget))
    .unit(spec.unit)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Auto)
    .spanNulls(false)
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .legend(legendOf(spec));
  if (spec.signed) panel.axisSoftMin(0);
  else panel.min(0);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.step !== undefined) panel.interval(spec.step);
  if (spec.tone !== undefined)
    panel.colorScheme(
      new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Shades).fixedColor(spec.tone),
    );
  if (spec.style !== undefined)
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (bars)
    panel
      .drawStyle(common.GraphDrawStyle.Bars)
      .fillOpacity(70)
      .lineWidth(1)
      .interval(STEP_OF_COUNTS)
      .decimals(0);
  if (spec.style === 'area') panel.fillOpacity(30);
  if (spec.limits !== undefined)
    panel
      .thresholds(thresholds(spec.limits, 'transparent'))
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
  if (spec.bound !== undefined) panel.overrideByRegexp(spec.bound, BOUND);
  const { colors = {}, beside = [] } = spec;
  for (const name of new Set([...Object.keys(colors), ...beside]))
    panel.overrideByName(name, [
      ...(colors[name] === undefined ? [] : fixed(colors[name])),
      ...(beside.includes(name) ? LINE : []),
    ]);
  return panel;
}

function statPanel(spec: StatPanel) {
  const panel = new stat.PanelBuilder()
    .datasource(DATASOURCE)
    .targets(spec.queries.map((query, index) => target(query, index).instant()))
    .unit(spec.unit)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .thresholds(thresholds(spec.thresholds ?? [], 'green'));
  for (const [name, color] of Object.entries(spec.colors ?? {})) panel.overrideByName(name, fixed(color));
  for (const [name, steps] of Object.entries(spec.thresholdsOf ?? {}))
    panel.overrideByName(name, [{ id: 'thresholds', value: thresholds(steps, 'green').build() }]);
  if (spec.words !== undefined)
    panel.mappings([{ type: dashboard.MappingType.ValueToText, options: { ...spec.words } }]);
  if (spec.never !== undefined) {
    const options = { from: NEVER, to: null, result: { ...spec.never } };
    panel.mappings([{ type: dashboard.MappingType.RangeToText, options }]);
  }
  return panel;
}

/**
 * Each column is a query; Grafana joins them by their common labels. A column is renamed from the name that the join
 * gives it, and only then has a unit of its own.
 */
function tablePanel(spec: TablePanel) {
  const several = spec.columns.length > 1;
  const joined = spec.columns.map((_, index) => (several ? `Value #${refId(index)}` : 'Value'));
  const labels = Object.keys(spec.rows);
  const titles = [...Object.values(spec.rows), ...spec.columns.map(({ title }) => title)];
  const panel = new table.PanelBuilder()
    .datasource(DATASOURCE)
    .targets(
      spec.columns.map(({ expr, title }, index) =>
        target({ expr, legend: title }, index).instant().format(prometheus.PromQueryFormat.Table),
      ),
    )
    .unit('none')
    .cellHeight(common.TableCellHeight.Sm)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries([...labels, ...joined].map((name, index) => [name, index])),
        renameByName: Object.fromEntries([...labels, ...joined].map((name, index) => [name, titles[index]])),
      },
    });
  for (const { title, unit, thresholds: steps } of spec.columns)
    panel.overrideByName(title, [
      { id: 'unit', value: unit },
      ...(steps === undefined
        ? []
        : [
            { id: 'thresholds', value: thresholds(steps, 'text').build() },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]),
    ]);
  for (const [title, link] of Object.entries(spec.linksOf ?? {}))
    panel.overrideByName(title, [
      { id: 'links', value: [new dashboard.DashboardLinkBuilder(link.title).url(link.url).build()] },
    ]);
  const words = new Set(Object.values(spec.rows));
  return panel.sortBy(
    spec.sortBy.map((title) =>
      new common.TableSortByFieldStateBuilder().displayName(title).desc(!words.has(title)),
    ),
  );
}

function heatmapPanel(spec: HeatmapPanel) {
  return new heatmap.PanelBuilder()
    .datasource(DATASOURCE)
    .targets([rangeTarget({ ...spec.query, legend: '{{le}}' }, 0).format(prometheus.PromQueryFormat.Heatmap)])
    .interval(STEP_OF_COUNTS)
    .calculate(false)
    .cellGap(1)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .steps(64),
    )
    .filterValues(new heatmap.FilterValueRangeBuilder().le(1e-9))
    .unit('short')
    .yAxis(new heatmap.YAxisConfigBuilder().unit(spec.unit))
    .cellValues(new heatmap.CellValuesBuilder().unit('short'));
}

const spansTarget = (query: string, tableType: tempo.SearchTableType) =>
  // As many spans of a trace as a long search has trials.
  new tempo.DataqueryBuilder()
    .refId('A')
    .datasource(TRACES)
    .queryType('traceql')
    .query(query)
    .tableType(tableType)
    .limit(20)
    .spss(100)
    .filters([]);

function foundPanel({ kind, query }: FoundPanel) {
  switch (kind) {
    case 'trace':
      return new dashboard.PanelBuilder()
        .type('traces')
        .datasource(TRACES)
        .withTarget(spansTarget(query, tempo.SearchTableType.Traces));
    case 'spans':
      return new table.PanelBuilder()
        .datasource(TRACES)
        .withTarget(spansTarget(query, tempo.SearchTableType.Spans));
    case 'logs':
      return new logs.PanelBuilder()
        .datasource(LOGS)
        .withTarget(new loki.DataqueryBuilder().refId('A').datasource(LOGS).queryType('range').expr(query))
        .showTime(true)
        .wrapLogMessage(true)
        .enableLogDetails(true)
        .sortOrder(common.LogsSortOrder.Ascending);
  }
}

const textPanel = (spec: TextPanel) =>
  new text.PanelBuilder().mode(text.TextMode.Markdown).content(spec.markdown);

function builder(spec: PanelSpec) {
  switch (spec.kind) {
    case 'timeseries':
      return timeseriesPanel(spec);
    case 'stat':
      return statPanel(spec);
    case 'table':
      return tablePanel(spec);
    case 'heatmap':
      return heatmapPanel(spec);
    case 'trace':
    case 'spans':
    case 'logs':
      return foundPanel(spec);
    case 'text':
      return textPanel(spec);
  }
}

function link(to: PanelLink, runbookOf: (alert: string) => string) {
  const result = new dashboard.DashboardLinkBuilder('runbook' in to ? `Runbook: ${to.runbook}` : to.title);
  return 'runbook' in to
    ? // Whoever goes on from there comes back to the same time.
      result.url(`${runbookOf(to.runbook)}&\${__url_time_range}`)
    : result.url(`/d/${to.board}?\${__url_time_range}&\${__all_variables}`);
}

/**
 * @param runbookOf the address of what to do when an alert fires
 * @returns the panel as Grafana reads it, at its place in the grid
 */
export function buildPanel(
  spec: PanelSpec,
  place: { readonly id: number; readonly x: number; readonly y: number },
  runbookOf: (alert: string) => string,
): Builder<Panel> {
  const panel = builder(spec)
    .id(place.id)
    .title(spec.title)
    .description(spec.description)
    .gridPos({ x: place.x, y: place.y, w: spec.width, h: heightOf(spec) });
  if ('decimals' in spec && spec.decimals !== undefined) panel.decimals(spec.decimals);
  if ('noValue' in spec && spec.noValue !== undefined) panel.noValue(spec.noValue);
  if (spec.links !== undefined) panel.links(spec.links.map((to) => link(to, runbookOf)));
  return panel;
}
