interface SparkProps {
  readonly label: string;
  /** By intervals of one width. */
  readonly counts: readonly number[];
}

const [WIDTH, HEIGHT] = [100, 22];

/** A histogram within a line of text: one element, however many intervals it has. */
export function Spark({ label, counts }: SparkProps) {
  const highest = Math.max(...counts) || 1;
  const slot = WIDTH / counts.length;
  const bars = counts.map((rows, i) => {
    const height = (rows / highest) * HEIGHT;
    return `M${(i * slot).toFixed(1)} ${HEIGHT}v${-height.toFixed(1)}h${(slot * 0.88).toFixed(1)}V${HEIGHT}z`;
  });
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={bars.join('')} />
    </svg>
  );
}
