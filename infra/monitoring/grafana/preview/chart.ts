import * as echarts from 'echarts';
import type { Line, PreviewPanel, Thresholds } from './panel-data.ts';
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
  blue: '#5794F2',
  text: '#CCCCDC',
};
const SHADES: Readonly<Record<string, readonly string[]>> = {
  red: ['#F2495C', '#C4162A', '#FF7383', '#8F1024', '#FFA6B0'],
  orange: ['#FF9830', '#E0751A', '#FFB357', '#AD5A12', '#FFCB7D'],
  yellow: ['#FADE2A', '#E0B400', '#FFEE52', '#B08D00', '#FFF899'],
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

const CALCS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  last: (values) => values.at(-1) ?? 0,
  max: (values) => Math.max(...values),
};

/** Names, colours and figures of the lines, in the order in which they are drawn. */
export const legend = (panel: PreviewPanel, lines: readonly Line[]) =>
  shownLines(panel, lines).map(({ name, points }, i) => {
    const values = points.flatMap(([, value]) => value ?? []);
    const figures = (panel.options?.legend?.calcs ?? []).map((calc) => {
      const title = calc === 'lastNotNull' ? 'last' : calc;
      const value = values.length > 0 ? CALCS[title]?.(values) : undefined;
      return value === undefined
        ? ''
        : `${title} ${formatValue(value, panel.fieldConfig.defaults.unit ?? 'none')}`;
    });
    const palette = SHADES[panel.fieldConfig.defaults.color?.fixedColor ?? ''] ?? PALETTE;
    const color = fixedColor(panel, name) ?? palette[i % palette.length] ?? TEXT;
    return { name, color, figures: figures.filter((text) => text !== '').join('  ') };
  });

/** Lines, areas or bars over time. */
export function timeseriesSvg(panel: PreviewPanel, lines: readonly Line[], size: Size): string {
  const { unit = 'none', max, decimals, custom, thresholds } = panel.fieldConfig.defaults;
  const shown = shownLines(panel, lines);
  const colors = legend(panel, lines).map(({ color }) => color);
  const limits = custom?.thresholdsStyle === undefined ? [] : (thresholds?.steps ?? []);
  return toSvg(
    {
      color: colors,
      grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
      xAxis: timeAxis(size.width),
      yAxis: {
        type: 'value',
        min: 0,
        ...(max === undefined ? {} : { max, interval: max / 4 }),
        ...(decimals === 0 && { minInterval: 1 }),
        axisLabel: { color: FAINT, fontSize: 11, formatter: (value: number) => formatValue(value, unit) },
        splitLine: { lineStyle: { color: GRID_LINE } },
        splitNumber: 4,
      },
      series: [...shown.map((line) => drawn(panel, line)), ...limitLines(limits, lines)],
    },
    size,
  );
}

/** A line as the panel draws all of them, or beside their stack. */
function drawn(panel: PreviewPanel, { name, points }: Line) {
  const { custom } = panel.fieldConfig.defaults;
  const beside = override<string>(panel, name, 'custom.drawStyle') === 'line';
  const bar = custom?.drawStyle === 'bars' && !beside;
  const stacked = custom?.stacking?.mode === 'normal' && !beside;
  return {
    name,
    type: bar ? 'bar' : 'line',
    data: points,
    // A point without neighbours is no line.
    symbolSize: (_: unknown, { dataIndex }: { readonly dataIndex: number }) =>
      (points[dataIndex - 1]?.[1] ?? points[dataIndex + 1]?.[1] ?? null) === null ? 4 : 0,
    connectNulls: false,
    lineStyle: { width: 1.8 },
    barMaxWidth: 9,
    ...(stacked ? { stack: 'all' } : {}),
    ...(bar
      ? { itemStyle: { opacity: 0.9 } }
      : { areaStyle: { opacity: beside ? 0 : stacked ? 0.3 : 0.08 } }),
  };
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

export interface Figure {
  readonly name: string;
  readonly text: string;
  readonly color: string;
}

/** A value in the colour of the threshold it has reached. */
function figure(value: number, unit: string, thresholds: Thresholds | undefined, base: string) {
  const step = thresholds?.steps.findLast((one) => one.value === null || value >= one.value);
  return { text: formatValue(value, unit), color: colorOf(step?.color ?? base) };
}

/** The last value of each line, or the word that stands for it. */
export function stats(panel: PreviewPanel, lines: readonly Line[]): readonly Figure[] {
  const { unit = 'none', thresholds, noValue = 'No data', mappings } = panel.fieldConfig.defaults;
  const found = lines.flatMap((line) => {
    const value = lastValue(line);
    if (value === undefined) return [];
    const word = mappings?.[0]?.options[String(value)];
    if (word !== undefined) return [{ name: line.name, text: word.text, color: colorOf(word.color) }];
    const own = override<Thresholds>(panel, line.name, 'thresholds') ?? thresholds;
    const shown = figure(value, unit, own, 'green');
    return [{ name: line.name, ...shown, color: fixedColor(panel, line.name) ?? shown.color }];
  });
  return found.length > 0 ? found : [{ name: '', text: noValue, color: FAINT }];
}

export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly Figure[])[];
}

/** The queries of a table joined by their labels, a column each. */
export function tableOf(panel: PreviewPanel, lines: readonly Line[]): Table {
  const names = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {};
  const isValue = (name: string) => /^Value( #\w)?$/.test(name);
  const labels = Object.keys(names).filter((name) => !isValue(name));
  const columns = Object.entries(names).filter(([name]) => isValue(name));
  const rows = new Map<string, { cells: string[]; values: Map<string, number> }>();
  for (const line of lines) {
    const cells = labels.map((label) => line.labels[label] ?? '');
    const row = rows.get(cells.join('\n')) ?? { cells, values: new Map() };
    const value = lastValue(line);
    if (value !== undefined) row.values.set(line.refId, value);
    rows.set(cells.join('\n'), row);
  }
  const sortBy = panel.options?.sortBy?.[0]?.displayName;
  const leading = columns.findIndex(([, title]) => title === sortBy);
  const refIds = columns.map(([name]) => name.split('#')[1] ?? 'A');
  const sorted = [...rows.values()].sort((a, b) =>
    leading === -1
      ? a.cells.join().localeCompare(b.cells.join())
      : (b.values.get(refIds[leading] ?? '') ?? 0) - (a.values.get(refIds[leading] ?? '') ?? 0),
  );
  return {
    titles: Object.values(names),
    rows: sorted.map(({ cells, values }) => [
      ...cells.map((text) => ({ name: '', text, color: TEXT })),
      ...columns.map(([, title], i) => {
        const value = values.get(refIds[i] ?? '');
        const unit = override<string>(panel, title, 'unit') ?? 'none';
        const limits = override<Thresholds>(panel, title, 'thresholds');
        return value === undefined
          ? { name: '', text: '', color: TEXT }
          : { name: '', ...figure(value, unit, limits, TEXT) };
      }),
    ]),
  };
}

function override<Value>(panel: PreviewPanel, name: string, id: string): Value | undefined {
  const found = panel.fieldConfig.overrides?.find(({ matcher }) => matcher.options === name);
  return found?.properties.find((property) => property.id === id)?.value as Value | undefined;
}

const fixedColor = (panel: PreviewPanel, name: string): string | undefined => {
  const color = override<{ fixedColor: string }>(panel, name, 'color')?.fixedColor;
  return color === undefined ? undefined : colorOf(color);
};
