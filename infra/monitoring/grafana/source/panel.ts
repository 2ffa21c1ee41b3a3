import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
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
}

export interface Threshold {
  readonly value: number;
  readonly color: 'green' | 'yellow' | 'orange' | 'red';
}

interface Described {
  readonly title: string;
  /** What the figure says and when to worry, in a sentence or two. */
  readonly description: string;
  /** Of 24 columns. */
  readonly width: number;
}

interface Measured extends Described {
  /** A Grafana unit id. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly decimals?: number;
}

export interface TimeseriesPanel extends Measured {
  readonly kind: 'timeseries';
  /** `bars`: counts per step, stacked; `area`: stacked; default: lines. */
  readonly style?: 'bars' | 'area';
  readonly max?: number;
  /** Horizontal lines, such as an alert's limit. */
  readonly limits?: readonly Threshold[];
}

export interface StatPanel extends Measured {
  readonly kind: 'stat';
  readonly thresholds?: readonly Threshold[];
  /** Shown where there is no data. */
  readonly noValue?: string;
}

export interface HeatmapPanel extends Described {
  readonly kind: 'heatmap';
  readonly unit: string;
  /** Counts by `le`. */
  readonly expr: string;
}

export interface TextPanel extends Described {
  readonly kind: 'text';
  readonly markdown: string;
  readonly height: number;
}

export type PanelSpec = TimeseriesPanel | StatPanel | HeatmapPanel | TextPanel;

/** Rows of the grid that a kind of panel takes. */
export const heightOf = (panel: PanelSpec): number =>
  panel.kind === 'text' ? panel.height : panel.kind === 'stat' ? 4 : 8;

export const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

// Counting panels need at least two scrapes of 15 s in each step.
const STEP_OF_COUNTS = '1m';

const target = ({ expr, legend }: Query, index: number) =>
  new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend);

function thresholds(steps: readonly Threshold[], base: string) {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps]);
}

function timeseriesPanel(spec: TimeseriesPanel) {
  const panel = new timeseries.PanelBuilder()
    .datasource(DATASOURCE)
    .targets(spec.queries.map((query, index) => target(query, index).range()))
    .unit(spec.unit)
    .min(0)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Auto)
    .spanNulls(false)
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    );
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.style !== undefined)
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (spec.style === 'bars')
    panel.drawStyle(common.GraphDrawStyle.Bars).fillOpacity(70).lineWidth(1).interval(STEP_OF_COUNTS);
  if (spec.style === 'area') panel.fillOpacity(30);
  if (spec.limits !== undefined)
    panel
      .thresholds(thresholds(spec.limits, 'transparent'))
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
  return panel;
}

function statPanel(spec: StatPanel) {
  const panel = new stat.PanelBuilder()
    .datasource(DATASOURCE)
    .targets(spec.queries.map((query, index) => target(query, index).range()))
    .unit(spec.unit)
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .thresholds(thresholds(spec.thresholds ?? [], 'green'));
  if (spec.noValue !== undefined) panel.noValue(spec.noValue);
  return panel;
}

function heatmapPanel(spec: HeatmapPanel) {
  return new heatmap.PanelBuilder()
    .datasource(DATASOURCE)
    .targets([
      target({ expr: spec.expr, legend: '{{le}}' }, 0).range().format(prometheus.PromQueryFormat.Heatmap),
    ])
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

const textPanel = (spec: TextPanel) =>
  new text.PanelBuilder().mode(text.TextMode.Markdown).content(spec.markdown);

function builder(spec: PanelSpec) {
  switch (spec.kind) {
    case 'timeseries':
      return timeseriesPanel(spec);
    case 'stat':
      return statPanel(spec);
    case 'heatmap':
      return heatmapPanel(spec);
    case 'text':
      return textPanel(spec);
  }
}

/** @returns the panel as Grafana reads it, at its place in the grid */
export function buildPanel(spec: PanelSpec, id: number, x: number, y: number): Builder<Panel> {
  const panel = builder(spec)
    .id(id)
    .title(spec.title)
    .description(spec.description)
    .gridPos({ x, y, w: spec.width, h: heightOf(spec) });
  if ('decimals' in spec && spec.decimals !== undefined) panel.decimals(spec.decimals);
  return panel;
}
