interface LineProps {
  /** What is to be seen, for those who do not. */
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Undefined: as far as the values go. */
  readonly range?: readonly [low: number, high: number];
  /** Whether what lies between the points means something. */
  readonly isJoined?: boolean;
  readonly class?: string;
}

const [WIDTH, HEIGHT] = [100, 40];
/** A point at the border is seen whole. */
const [MARGIN_X, MARGIN_Y] = [2, 4];

const boundsOf = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;

/** Points, joined or not, in two elements, however many they are. */
export function Line({ label, x, y, range, isJoined = true, class: kind = '' }: LineProps) {
  const place = (value: number, [low, high]: readonly [number, number], length: number, margin: number) =>
    margin + (high > low ? (value - low) / (high - low) : 0.5) * (length - 2 * margin);
  const xs = boundsOf(x);
  const ys = range ?? boundsOf(y);
  const points = y.map((value, i) => {
    const across = place(x[i] as number, xs, WIDTH, MARGIN_X);
    return `${across.toFixed(2)} ${(HEIGHT - place(value, ys, HEIGHT, MARGIN_Y)).toFixed(2)}`;
  });
  return (
    <svg
      class={`line ${kind}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {isJoined && <path d={`M${points.join('L')}`} />}
      <path class="points" d={points.map((point) => `M${point}h0`).join('')} />
    </svg>
  );
}
