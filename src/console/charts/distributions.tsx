import { figure, moment, percent } from '../format.ts';
import { t } from '../texts/index.ts';

/** Shares of rows by bin: of the training rows, and of those predicted. */
export interface Distribution {
  readonly type: string;
  readonly edges?: readonly number[];
  readonly labels?: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

const [WIDTH, HEIGHT] = [220, 44];

/** What each bin holds, in words; the missing values have the last one. */
function binNames({ type, edges = [], labels }: Distribution): readonly string[] {
  const texts = t().predict;
  if (labels) return [...labels, texts.otherLabels, texts.missing];
  const edge = (value: number) =>
    type === 'datetime' ? moment(new Date(value).toISOString()) : figure(value);
  const inner = edges.map((upper, i) =>
    i === 0 ? `≤ ${edge(upper)}` : `${edge(edges[i - 1]!)} – ${edge(upper)}`,
  );
  const last = edges.at(-1);
  return [...inner, last === undefined ? '' : `> ${edge(last)}`, texts.missing];
}

/** The two beside each other, a pair of bars a bin. */
export function Distributions({ label, of }: { readonly label: string; readonly of: Distribution }) {
  const names = binNames(of);
  const highest = Math.max(...of.reference, ...of.current) || 1;
  const slot = WIDTH / of.reference.length;
  const width = Math.max(1, slot / 2 - 1);
  const bar = (share: number, x: number, kind: string) => (
    <rect
      class={kind}
      x={x}
      y={HEIGHT * (1 - share / highest)}
      width={width}
      height={(HEIGHT * share) / highest}
    />
  );
  return (
    <svg
      class="distributions"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {of.reference.map((reference, bin) => {
        const current = of.current[bin] ?? 0;
        return (
          <g key={names[bin]}>
            <title>{`${names[bin]}: ${percent(reference)} → ${percent(current)}`}</title>
            {bar(reference, bin * slot, 'reference')}
            {bar(current, bin * slot + width + 0.5, 'current')}
          </g>
        );
      })}
    </svg>
  );
}
