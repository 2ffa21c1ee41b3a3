import * as echarts from 'echarts';
import type { Line, Mapping, PreviewPanel, Thresholds } from './panel-data.ts';
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
  purple: '#B877D9',
  text: '#CCCCDC',
  'super-light-blue': '#C0D8FF',
  'light-blue': '#8AB8FF',
  'semi-dark-blue': '#3274D9',
  'dark-blue': '#1F60C4',
  'light-green': '#96D98D',
  'light-purple': '#CA95E5',
};
const SHADES: Readonly<Record<string, readonly string[]>> = {
  red: ['#F2495C', '#C4162A', '#FF7383', '#8F1024', '#FFA6B0'],
  orange: ['#FF9830', '#E0751A', '#FFB357', '#AD5A12', '#FFCB7D'],
  yellow: ['#FADE2A', '#B08D00', '#FFF899', '#E0B400', '#7A6200'],
};
const TEXT = '#CCCCDC';
const FAINT = '#8E8E9B';
const GRID_LINE = 'rgba(204, 204, 220, 0.09)';
const FONT = 'Inter, "Liberation Sans", "DejaVu Sans", sans-serif';
const HEATMAP_COLORS = ['#3B1F0B', '#7F3A0F', '#C45A12', '#F58B33', '#FFC98F'];

/** @param name of Grafana's; an unknown one is a fault of the caller */
export function colorOf(name: string): string {
  const color = NAMED_COLORS[name];
  if (color === undefined) throw new Error(`no colour for ${name}`);
  return color;
}
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

/** Labels a minute apart and less need the seconds. */
const SHORT_MS = 8 * 60_000;

function timeAxis(width: number, [line]: readonly Line[]) {
  const short = (line?.points.at(-1)?.[0] ?? 0) - (line?.points[0]?.[0] ?? 0) < SHORT_MS;
  return {
    type: 'time' as const,
    axisLine: { lineStyle: { color: GRID_LINE } },
    axisTick: { show: false },
    axisLabel: {
      color: FAINT,
      fontSize: 11,
      hideOverlap: true,
      formatter: short ? '{HH}:{mm}:{ss}' : '{HH}:{mm}',
    },
    splitLine: { show: true, lineStyle: { color: GRID_LINE } },
    splitNumber: Math.max(2, Math.min(6, Math.floor(width / PIXELS_PER_TIME_LABEL / 1.5))),
  };
}

/** In a stack, series that stay at 0 all the time are left out: they would only crowd the legend. */
function shownLines(panel: PreviewPanel, lines: readonly Line[]): readonly Line[] {
  if (!isStacked(panel)) return lines;
  const moving = lines.filter(({ points }) => points.some(([, value]) => value));
  return moving.length > 0 ? moving : lines.slice(0, 1);
}

const CALCS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  last: (values) => values.at(-1) ?? 0,
  max: (values) => Math.max(...values),
};

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly figures: string;
  readonly max: number;
}

/** Names, colours and figures of the lines, in the order in which they are drawn. */
const entriesOf = (panel: PreviewPanel, lines: readonly Line[]): readonly LegendEntry[] =>
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
    const max = Math.max(0, ...values);
    return { name, color, figures: figures.filter((text) => text !== '').join('  '), max };
  });

/** As the panel orders it. */
export function legend(panel: PreviewPanel, lines: readonly Line[]): readonly LegendEntry[] {
  const entries = entriesOf(panel, lines);
  return panel.options?.legend?.sortBy === 'Max' ? entries.toSorted((a, b) => b.max - a.max) : entries;
}

/** Lines, areas or bars over time. */
export function timeseriesSvg(panel: PreviewPanel, lines: readonly Line[], size: Size): string {
  const { unit = 'none', custom, thresholds } = panel.fieldConfig.defaults;
  const shown = shownLines(panel, lines);
  const colors = entriesOf(panel, lines).map(({ color }) => color);
  const limits = custom?.thresholdsStyle === undefined ? [] : (thresholds?.steps ?? []);
  return toSvg(
    {
      color: colors,
      grid: { left: 8, right: 22, top: 12, bottom: 4, containLabel: true },
      xAxis: timeAxis(size.width, shown),
      yAxis: {
        type: 'value',
        ...valueRange(panel, shown),
        axisLabel: { color: FAINT, fontSize: 11, formatter: (value: number) => formatValue(value, unit) },
        splitLine: { lineStyle: { color: GRID_LINE } },
        splitNumber: 4,
      },
      series: [...shown.map((line) => drawn(panel, line)), ...limitLines(limits, lines)],
    },
    size,
  );
}

/** Steps between the labels of an axis that people read as round. */
const ROUND_SECONDS = [
  15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
];
const MOST_LABELS = 5;

function roundStep(unit: string, highest: number): number | undefined {
  const least = highest / MOST_LABELS;
  if (unit === 'bytes' || unit === 'Bps') return 2 ** Math.ceil(Math.log2(least));
  return unit === 's' && highest > 60 ? ROUND_SECONDS.find((step) => step >= least) : undefined;
}

/** Where the axis of values begins and ends, and how it is parted. */
function valueRange(panel: PreviewPanel, lines: readonly Line[]) {
  const { unit = 'none', min, max, decimals } = panel.fieldConfig.defaults;
  const values = lines.flatMap(({ points }) => points.flatMap(([, value]) => value ?? []));
  const lowest = Math.min(0, ...values);
  const highest = isStacked(panel) ? highestStack(lines) : Math.max(0, ...values);
  const from = { min: min ?? (lowest < 0 ? undefined : 0) };
  if (max !== undefined) return { ...from, max, ...(lowest === 0 && { interval: max / 4 }) };
  if (highest === 0 && lowest === 0) return { ...from, max: 1, interval: decimals === 0 ? 1 : 0.25 };
  const interval = roundStep(unit, highest);
  if (interval !== undefined) return { ...from, interval, max: Math.ceil(highest / interval) * interval };
  return { ...from, ...(decimals === 0 && { minInterval: 1 }) };
}

const isStacked = (panel: PreviewPanel) => panel.fieldConfig.defaults.custom?.stacking?.mode === 'normal';
const highestStack = (lines: readonly Line[]): number =>
  Math.max(
    0,
    ...(lines[0]?.points ?? []).map((_, i) =>
      lines.reduce((sum, { points }) => sum + (points[i]?.[1] ?? 0), 0),
    ),
  );

/** A line as the panel draws all of them, or beside their stack. */
function drawn(panel: PreviewPanel, { name, points }: Line) {
  const { custom } = panel.fieldConfig.defaults;
  const beside = override<string>(panel, name, 'custom.drawStyle') === 'line';
  const bar = custom?.drawStyle === 'bars' && !beside;
  const stacked = isStacked(panel) && !beside;
  const bound = override(panel, name, 'custom.lineStyle') !== undefined;
  return {
    name,
    type: bar ? 'bar' : 'line',
    data: points,
    // A point without neighbours is no line.
    symbolSize: (_: unknown, { dataIndex }: { readonly dataIndex: number }) =>
      (points[dataIndex - 1]?.[1] ?? points[dataIndex + 1]?.[1] ?? null) === null ? 4 : 0,
    connectNulls: false,
    lineStyle: bound ? { width: 1, type: 'dashed' } : { width: 1.8 },
    barMaxWidth: 9,
    ...(stacked ? { stack: 'all' } : {}),
    ...(bar
      ? { itemStyle: { opacity: 0.9 } }
      : { areaStyle: { opacity: beside || bound ? 0 : stacked ? 0.3 : 0.08 } }),
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

function wordOf(mapping: Mapping, value: number) {
  if (mapping.type === 'value') return mapping.options[String(value)];
  return value >= mapping.options.from ? mapping.options.result : undefined;
}

/** The last value of each line, or the word that stands for it. */
export function stats(panel: PreviewPanel, lines: readonly Line[]): readonly Figure[] {
  const { unit = 'none', thresholds, noValue = 'No data', mappings = [] } = panel.fieldConfig.defaults;
  const found = lines.flatMap((line) => {
    const value = lastValue(line);
    if (value === undefined) return [];
    const word = mappings.map((mapping) => wordOf(mapping, value)).find((found) => found !== undefined);
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
  const refIds = columns.map(([name]) => name.split('#')[1] ?? 'A');
  type Row = { readonly cells: readonly string[]; readonly values: ReadonlyMap<string, number> };
  const order = (a: Row, b: Row, title: string) => {
    const label = labels.findIndex((name) => names[name] === title);
    if (label !== -1) return (a.cells[label] ?? '').localeCompare(b.cells[label] ?? '');
    const refId = refIds[columns.findIndex(([, column]) => column === title)] ?? '';
    return (b.values.get(refId) ?? 0) - (a.values.get(refId) ?? 0);
  };
  const leading = (panel.options?.sortBy ?? []).map(({ displayName = '' }) => displayName);
  const sorted = [...rows.values()].sort((a, b) =>
    leading.reduce((before, title) => before || order(a, b, title), 0),
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
          : { name: '', ...figure(value, unit, limits, 'text') };
      }),
    ]),
  };
}

function override<Value>(panel: PreviewPanel, name: string, id: string): Value | undefined {
  const found = (panel.fieldConfig.overrides ?? [])
    .filter(({ matcher: { id, options } }) =>
      id === 'byRegexp' ? RegExp(options.slice(1, -1)).test(name) : options === name,
    )
    .flatMap(({ properties }) => properties);
  return found.find((property) => property.id === id)?.value as Value | undefined;
}

const fixedColor = (panel: PreviewPanel, name: string): string | undefined => {
  const color = override<{ fixedColor: string }>(panel, name, 'color')?.fixedColor;
  return color === undefined ? undefined : colorOf(color);
};
