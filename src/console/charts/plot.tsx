import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { clock, figure } from '../format.ts';
import { isDark, language } from '../settings.ts';
import { timeRange } from './time-range.ts';
import './plot.css';

export interface Series {
  readonly title: string;
  readonly values: readonly (number | null)[];
  readonly kind: 'line' | 'dashes' | 'points';
  /** Which of the colours. */
  readonly colour?: 1 | 2 | 3 | 4 | 5 | 6;
}

export interface PlotProps {
  /** What is to be seen, for those who do not. */
  readonly label: string;
  readonly x: {
    readonly title: string;
    readonly values: readonly number[];
    /** In seconds since 1970. */
    readonly isTime?: boolean;
  };
  readonly y: {
    readonly title: string;
    readonly range?: readonly [number, number];
    readonly isFromZero?: boolean;
    readonly write?: (value: number) => string;
  };
  readonly series: readonly Series[];
  readonly height?: number;
}

/** uPlot is larger than all the rest, and no page begins with a plot. */
const library = () => import('uplot').then(({ default: Plot }) => Plot);

function options({ x, y, series, height = 260 }: PlotProps, box: HTMLElement): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string) => style.getPropertyValue(name);
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: style.color,
    font,
    labelFont: font,
    labelSize: 18,
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
  };
  const write = y.write ?? figure;
  const writeX = x.isTime ? clock : figure;
  return {
    width: Math.max(200, box.clientWidth),
    height,
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: {
        time: x.isTime ?? false,
        ...(x.isTime && { range: ({ data: [times] }) => timeRange(times) }),
      },
      y: y.range
        ? { range: [...y.range] }
        : y.isFromZero
          ? { range: (_, _min, max) => [0, max * 1.1 || 1] }
          : {},
    },
    axes: [
      { ...axis, label: x.title, values: (_, ticks) => ticks.map(writeX) },
      { ...axis, label: y.title, size: 56, values: (_, ticks) => ticks.map(write) },
    ],
    series: [
      { label: x.title, value: (_, value) => (value === null ? '' : writeX(value)) },
      ...series.map(({ title, kind, colour: number = 1 }): uPlot.Series => {
        const stroke = colour(`--series-${number}`);
        return {
          label: title,
          value: (_, value) => (value === null || value === undefined ? '' : write(value)),
          ...(kind === 'points'
            ? { paths: () => null, points: { show: true, size: 5, fill: stroke, stroke } }
            : {
                ...{ stroke, width: 1.5 },
                // A line begins with one sample, which would be none.
                ...(!x.isTime && { points: { show: false } }),
                ...(kind === 'dashes' && { dash: [5, 5] }),
              }),
        };
      }),
    ],
  };
}

/** Lines or points on two axes, with what is under the pointer beneath it. */
export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const { x, series } = props;
  const data = [x.values, ...series.map(({ values }) => values)] as uPlot.AlignedData;
  const shape = JSON.stringify([
    isDark(),
    language.value,
    x.title,
    props.y.title,
    series.map(({ title, kind }) => [title, kind]),
  ]);
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    let isLeaving = false;
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(200, element.clientWidth), height: props.height ?? 260 }),
    );
    void library().then((Drawn) => {
      if (isLeaving) return;
      plot.current = new Drawn(options(props, element), latest.current, element);
      resized.observe(element);
    });
    return () => {
      isLeaving = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [x.values, ...series.map(({ values }) => values)]);
  return <div ref={box} class="plot" role="img" aria-label={props.label} />;
}
