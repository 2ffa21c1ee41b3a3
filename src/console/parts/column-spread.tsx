import { Bars } from '../charts/bars.tsx';
import { Histogram } from '../charts/histogram.tsx';
import { Spark } from '../charts/spark.tsx';
import { count, dated, figure, percent } from '../format.ts';
import type { ColumnProfile } from '../target.ts';
import { t } from '../texts/index.ts';
import { Facts } from './facts.tsx';
import { Table } from './table.tsx';

const sum = (counts: readonly number[]) => counts.reduce((total, rows) => total + rows, 0);

const QUARTILES = ['q25', 'median', 'q75'] as const;
const DAY_MS = 86_400_000;

/** How a column's bounds are written: of days without the time. */
function writer({ type, histogram }: ColumnProfile): (value: number) => string {
  if (type !== 'datetime') return figure;
  const isOfDays = histogram?.edges.every((edge) => edge % DAY_MS === 0) ?? false;
  return (value) => dated(value, isOfDays);
}

type Counted = NonNullable<ColumnProfile['histogram']>;

interface Interval {
  readonly name: string;
  readonly rows: number;
}

function intervalName({ edges }: Counted, i: number, write: (value: number) => string): string {
  return `${write(edges[i] as number)} – ${write(edges[i + 1] as number)}`;
}

function intervalsOf(column: ColumnProfile): readonly Interval[] {
  const { histogram } = column;
  const write = writer(column);
  return histogram?.counts.map((rows, i) => ({ name: intervalName(histogram, i, write), rows })) ?? [];
}

/** Most of a column in a few words. */
function inShort(column: ColumnProfile): string {
  const texts = t().datasets;
  const { histogram, top_values: top } = column;
  if (top) {
    const all = sum(top.values.map((one) => one.count)) + top.others;
    const named = top.values.map((one) => `${one.value} ${percent(one.count / all)}`);
    return named.length === 0 ? texts.noneFrequent : named.join(' · ');
  }
  if (!histogram) return '';
  const { counts } = histogram;
  const highest = Math.max(...counts);
  // The others' names are not written: that takes longer than all else in a row.
  const name = intervalName(histogram, counts.indexOf(highest), writer(column));
  return texts.mostWithin(name, percent(highest / sum(counts)));
}

interface SpreadProps {
  readonly of: ColumnProfile;
  readonly isOpen: boolean;
  onOpen(): void;
}

/** How a column's values are spread, within its row. */
export function Spread({ of: column, isOpen, onOpen }: SpreadProps) {
  const { name, histogram, top_values } = column;
  if (!histogram && !top_values) return null;
  const words = inShort(column);
  return (
    <button
      type="button"
      class="quiet spread"
      aria-expanded={isOpen}
      aria-label={`${t().datasets.distribution}: ${name}: ${words}`}
      title={words}
      onClick={onOpen}
    >
      {histogram ? <Spark label={words} counts={histogram.counts} /> : <span class="clip">{words}</span>}
    </button>
  );
}

interface ColumnSpreadProps {
  readonly of: ColumnProfile;
  /** Of how many rows, where not of all. */
  readonly sampled: number | undefined;
  onClose(): void;
}

/** The same at its full size, in numbers too. */
export function ColumnSpread({ of: column, sampled, onClose }: ColumnSpreadProps) {
  const texts = t().datasets;
  const { name, histogram, quartiles, top_values: top } = column;
  const write = writer(column);
  const label = `${texts.distribution}: ${name}`;
  return (
    <section class="spread-full" aria-label={label}>
      <header class="card-head">
        <h3>{name}</h3>
        {sampled !== undefined && <p class="muted">{texts.ofSampled(count(sampled))}</p>}
        <div class="actions">
          <button type="button" onClick={onClose}>
            {t().app.close}
          </button>
        </div>
      </header>
      {histogram && (
        <>
          <Histogram
            label={inShort(column)}
            edges={histogram.edges}
            counts={histogram.counts}
            write={write}
          />
          {quartiles && (
            <Facts
              of={QUARTILES.map(
                (quartile) => [texts.quartiles[quartile], write(quartiles[quartile])] as const,
              )}
            />
          )}
          <details>
            <summary>{texts.inNumbers}</summary>
            <Table
              caption={label}
              rows={intervalsOf(column)}
              keyOf={(interval) => interval.name}
              columns={[
                { title: texts.range, cell: (interval) => interval.name },
                { title: texts.rows, isFigure: true, cell: ({ rows }) => count(rows) },
              ]}
            />
          </details>
        </>
      )}
      {top && top.values.length === 0 && <p>{texts.noneFrequent}</p>}
      {top && top.values.length > 0 && (
        <Bars
          label={label}
          of={[
            ...top.values.map((one) => ({ name: one.value, value: one.count })),
            ...(top.others > 0 ? [{ name: texts.otherValues, value: top.others }] : []),
          ]}
          write={count}
        />
      )}
    </section>
  );
}
