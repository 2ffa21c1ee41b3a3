import * as echarts from 'echarts';
import type { Line, PreviewPanel } from './panel-data.ts';
import { formatValue } from './units.ts';

/** Panels drawn as SVG, in Grafana's dark colours. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const PALETTE = [
  '#73BF69',
  '#F2CC0C',
  '#8AB8FF',
  '#FF780A',
  '#F2495C',
  '#5794F2',
  '#B877D9',
  '#3274D9',
  '#FADE2A',
  '#96D98D',
  '#FFA6B0',
  '#CA95E5',
  '#FFB357',
  '#37872D',
];
const NAMED_COLORS: Readonly<Record<string, string>> = {
  green: '#73BF69',
  yellow: '#FADE2A',
  orange: '#FF9830',
  red: '#F2495C',
};
const TEXT = '#CCCCDC';
const FAINT = '#8E8E9B';
const GRID_LINE = 'rgba(204, 204, 220, 0.09)';
const FONT = 'Inter, "Liberation Sans", "DejaVu Sans", sans-serif';
const HEATMAP_COLORS = ['#3B1F0B', '#7F3A0F', '#C45A12', '#F58B33', '#FFC98F'];

const colorOf = (name: string): string => NAMED_COLORS[name] ?? name;
const lastValue = (line: Line): number | undefined =>
  line.points.findLast(([, value]) => value !== null)?.[1] ?? undefined;

function toSvg(option: echarts.EChartsCoreOption, { width, height }: Size): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT, color: TEXT }, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

const PIXELS_PER_TIME_LABEL = 75;

const timeAxis = (width: number) => ({
  type: 'time' as const,
  axisLine: { lineStyle: { color: GRID_LINE } },
  axisTick: { show: false },
  axisLabel: { color: FAINT, fontSize: 11, hideOverlap: true, formatter: '{HH}:{mm}' },
  splitLine: { show: true, lineStyle: { color: GRID_LINE } },
  splitNumber: Math.max(2, Math.min(6, Math.floor(width / PIXELS_PER_TIME_LABEL / 1.5))),
});

/** In a stack, series that stay at 0 all the time are left out: they would only crowd the legend. */
function shownLines(panel: PreviewPanel, lines: readonly Line[]): readonly Line[] {
  if (panel.fieldConfig.defaults.custom?.stacking?.mode !== 'normal') return lines;
  const moving = lines.filter(({ points }) => points.some(([, value]) => value));
  return moving.length > 0 ? moving : lines.slice(0, 1);
}

/** Names and colours of the lines, in the order in which they are drawn. */
export const legend = (panel: PreviewPanel, lines: readonly Line[]) =>
  shownLines(panel, lines).map(({ name }, i) => ({ name, color: PALETTE[i % PALETTE.length] ?? TEXT }));

/** Lines, areas or bars over time. */
export function timeseriesSvg(panel: PreviewPanel, lines: readonly Line[], size: Size): string {
  const { unit = 'none', max, custom, thresholds } = panel.fieldConfig.defaults;
  const bars = custom?.drawStyle === 'bars';
  const stacked = custom?.stacking?.mode === 'normal';
  const shown = shownLines(panel, lines);
  const limits = custom?.thresholdsStyle === undefined ? [] : (thresholds?.steps ?? []);
  return toSvg(
    {
      color: PALETTE,
      grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
      xAxis: timeAxis(size.width),
      yAxis: {
        type: 'value',
        min: 0,
        ...(max === undefined ? {} : { max, interval: max / 4 }),
        axisLabel: { color: FAINT, fontSize: 11, formatter: (value: number) => formatValue(value, unit) },
        splitLine: { lineStyle: { color: GRID_LINE } },
        splitNumber: 4,
      },
      series: [
        ...shown.map(({ name, points }) => ({
          name,
          type: bars ? 'bar' : 'line',
          data: points,
          showSymbol: false,
          connectNulls: false,
          lineStyle: { width: 1.8 },
          barMaxWidth: 9,
          ...(stacked ? { stack: 'all' } : {}),
          ...(bars ? { itemStyle: { opacity: 0.9 } } : { areaStyle: { opacity: stacked ? 0.3 : 0.08 } }),
        })),
        ...limitLines(limits, lines),
      ],
    },
    size,
  );
}

/** Limits are drawn where they are near enough to the data to be read together with it. */
function limitLines(
  limits: readonly { readonly value: number | null; readonly color: string }[],
  lines: readonly Line[],
) {
  const highest = Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0)));
  const near = limits.filter(({ value }) => value !== null && value < 3 * highest);
  if (near.length === 0) return [];
  return [
    {
      type: 'line',
      data: [],
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        data: near.map(({ value, color }) => ({
          yAxis: value,
          lineStyle: { color: colorOf(color), type: 'dashed', width: 1 },
        })),
      },
    },
  ];
}

/** Cells by time and bucket; the buckets' counts come cumulative, as Prometheus keeps them. */
export function heatmapSvg(panel: PreviewPanel, lines: readonly Line[], size: Size): string {
  const unit = panel.options?.yAxis?.unit ?? 'none';
  const buckets = lines
    .map((line) => ({ line, bound: line.name === '+Inf' ? Number.POSITIVE_INFINITY : Number(line.name) }))
    .sort((a, b) => a.bound - b.bound);
  const times = buckets[0]?.line.points.map(([time]) => time) ?? [];
  const cells = buckets.flatMap(({ line }, row) =>
    line.points.flatMap(([, value], column) => {
      const below = buckets[row - 1]?.line.points[column]?.[1] ?? 0;
      const inside = (value ?? 0) - below;
      return inside > 1e-9 ? [[column, row, inside]] : [];
    }),
  );
  const clock = (time: number) => new Date(time).toISOString().slice(11, 16);
  return toSvg(
    {
      grid: { left: 8, right: 16, top: 12, bottom: 14, containLabel: true },
      xAxis: {
        type: 'category',
        data: times.map(clock),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: FAINT, fontSize: 11, hideOverlap: true },
      },
      yAxis: {
        type: 'category',
        data: buckets.map(({ bound }) => (Number.isFinite(bound) ? formatValue(bound, unit) : '∞')),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: FAINT, fontSize: 10 },
      },
      visualMap: {
        show: false,
        min: 0,
        max: Math.max(1, ...cells.map(([, , inside]) => inside ?? 0)),
        inRange: { color: HEATMAP_COLORS },
      },
      series: [{ type: 'heatmap', data: cells, itemStyle: { borderColor: '#181B1F', borderWidth: 1 } }],
    },
    size,
  );
}

export interface Stat {
  readonly name: string;
  readonly text: string;
  readonly color: string;
  /** The course over time, to stand behind the figure. */
  readonly svg: string;
}

/** The last value of each line, in the colour of the threshold it has reached. */
export function stats(panel: PreviewPanel, lines: readonly Line[], size: Size): readonly Stat[] {
  const { unit = 'none', thresholds, noValue = 'No data' } = panel.fieldConfig.defaults;
  const found = lines.flatMap((line) => {
    const value = lastValue(line);
    if (value === undefined) return [];
    const step = thresholds?.steps.findLast((one) => one.value === null || value >= one.value);
    const color = colorOf(step?.color ?? 'green');
    return [{ name: line.name, text: formatValue(value, unit), color, svg: sparkline(line, color, size) }];
  });
  return found.length > 0 ? found : [{ name: '', text: noValue, color: FAINT, svg: '' }];
}

function sparkline(line: Line, color: string, size: Size): string {
  return toSvg(
    {
      grid: { left: 0, right: 0, top: 4, bottom: 0 },
      xAxis: { type: 'time', show: false },
      yAxis: { type: 'value', show: false, min: 0 },
      series: [
        {
          type: 'line',
          data: line.points,
          showSymbol: false,
          lineStyle: { width: 1.2, color, opacity: 0.8 },
          areaStyle: { color, opacity: 0.18 },
        },
      ],
    },
    size,
  );
}
