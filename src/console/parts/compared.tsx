import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { TrainingRunComparison } from '../../client/index.ts';
import { figure, fromNow, seconds } from '../format.ts';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { type Column, Table } from './table.tsx';

/** So many columns are worth a look. */
const MAX_IMPORTANCES = 15;

type Runs = TrainingRunComparison['runs'];

interface SideBySideProps<Line> {
  readonly caption: string;
  readonly first: string;
  readonly runs: Runs;
  readonly lines: readonly Line[];
  /** What a line says of the run at this place. */
  cell(line: Line, place: number): ComponentChildren;
}

/** A line each, a run each beside the other. */
function SideBySide<Line extends { readonly name: string }>(props: SideBySideProps<Line>) {
  const { caption, first, runs, lines, cell } = props;
  const columns: readonly Column<Line>[] = [
    { title: first, cell: ({ name }) => name },
    ...runs.map(
      (run, place): Column<Line> => ({
        title: runName(run, place),
        isFigure: true,
        cell: (line) => cell(line, place),
      }),
    ),
  ];
  return <Table caption={caption} columns={columns} rows={lines} keyOf={({ name }) => name} />;
}

const runName = ({ queued_at }: Runs[number], i: number) => t().compare.run(i + 1, fromNow(queued_at));

export function Compared({ of: comparison }: { readonly of: TrainingRunComparison }) {
  const texts = t().compare;
  const { runs, metrics, params, importances, measured_on_same_rows: isFair } = comparison;
  const [isAll, setAll] = useState(false);
  const settings = isAll ? params : params.filter(({ differs }) => differs);
  return (
    <>
      <Section title={texts.figures} hint={texts.figuresHint} class="flush">
        <SideBySide
          caption={texts.figures}
          first={texts.figure}
          runs={runs}
          lines={metrics.map(({ name, better, ...rest }) => ({
            ...rest,
            name: `${t().runs.metrics[name] ?? name} ${better === 'higher' ? '↑' : '↓'}`,
          }))}
          cell={({ values, best }, place) => {
            const isBest = runs.length > 1 && best.includes(runs[place]?.id ?? '');
            const text = written(values[place]);
            return isBest ? <strong title={texts.best}>{text} ★</strong> : text;
          }}
        />
        {!isFair && <p class="notice warn">{texts.otherRows}</p>}
      </Section>
      <Section
        title={texts.settings}
        class="flush"
        actions={
          <label class="check">
            <input
              type="checkbox"
              checked={isAll}
              onChange={({ currentTarget }) => setAll(currentTarget.checked)}
            />
            {texts.all}
          </label>
        }
      >
        {settings.length === 0 ? (
          <p class="nothing muted">{texts.noDifference}</p>
        ) : (
          <SideBySide
            caption={texts.settings}
            first={texts.setting}
            runs={runs}
            lines={settings}
            cell={({ values }, place) => written(values[place])}
          />
        )}
      </Section>
      <Section title={t().runs.importances} class="flush">
        <SideBySide
          caption={t().runs.importances}
          first={t().datasets.column}
          runs={runs}
          lines={importances
            .slice(0, MAX_IMPORTANCES)
            .map(({ feature, values }) => ({ name: feature, values }))}
          cell={({ values }, place) => written(values[place])}
        />
      </Section>
      <p class="actions">
        {runs.map((run, i) => (
          <a key={run.id} class="button" href={to(['runs', run.id])}>
            {runName(run, i)}
            {run.duration_seconds !== null && ` · ${seconds(run.duration_seconds)}`}
          </a>
        ))}
      </p>
    </>
  );
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return figure(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
