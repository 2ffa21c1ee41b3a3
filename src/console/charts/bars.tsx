import { figure } from '../format.ts';

interface Bar {
  readonly name: string;
  readonly value: number;
}

interface BarsProps {
  readonly label: string;
  readonly of: readonly Bar[];
  /** How a value is written. */
  readonly write?: (value: number) => string;
}

/** Values beside their names, the negative ones to the left of a common line. */
export function Bars({ label, of: bars, write = figure }: BarsProps) {
  const highest = Math.max(0, ...bars.map(({ value }) => value));
  const lowest = Math.min(0, ...bars.map(({ value }) => value));
  const span = highest - lowest || 1;
  const zero = (-lowest / span) * 100;
  return (
    <ul class="bars" aria-label={label}>
      {bars.map(({ name, value }) => {
        const length = (Math.abs(value) / span) * 100;
        return (
          <li key={name}>
            <span class="clip" title={name}>
              {name}
            </span>
            <span class="bar" aria-hidden="true">
              <span
                class={value < 0 ? 'negative' : 'positive'}
                style={{ left: `${value < 0 ? zero - length : zero}%`, width: `${length}%` }}
              />
            </span>
            <span class="figure">{write(value)}</span>
          </li>
        );
      })}
    </ul>
  );
}
