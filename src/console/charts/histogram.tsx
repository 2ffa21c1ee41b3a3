import { count, figure } from '../format.ts';

interface HistogramProps {
  readonly label: string;
  /** One more than counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** How a bound is written. */
  readonly write?: (value: number) => string;
}

const [WIDTH, HEIGHT] = [400, 160];

/** Counts by intervals, as wide as they are: what is drawn is how densely values lie. */
export function Histogram({ label, edges, counts, write = figure }: HistogramProps) {
  const [first = 0, last = 1] = [edges[0], edges.at(-1)];
  const x = (value: number) => ((value - first) / (last - first || 1)) * WIDTH;
  const bars = counts.map((rows, i) => {
    const [from, to] = [edges[i] as number, edges[i + 1] as number];
    return { from, to, rows, density: rows / (to - from || 1) };
  });
  const highest = Math.max(...bars.map(({ density }) => density)) || 1;
  return (
    <figure class="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {bars.map(({ from, to, rows, density }) => {
          const height = (density / highest) * (HEIGHT - 4);
          return (
            <rect
              key={from}
              x={x(from)}
              y={HEIGHT - height}
              width={Math.max(1, x(to) - x(from) - 1)}
              height={height}
            >
              <title>{`${write(from)} – ${write(to)}: ${count(rows)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{write(first)}</span>
        <span>{write(last)}</span>
      </figcaption>
    </figure>
  );
}
