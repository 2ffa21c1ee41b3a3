import { useState } from 'preact/hooks';
import type { Evaluation } from '../../client/index.ts';
import { Line } from '../charts/line.tsx';
import { count, dated, figure } from '../format.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Table } from './table.tsx';

type Dependences = NonNullable<Evaluation['partial_dependence']>;
type Feature = Dependences['features'][number];

const TIME = /^\d{4}-\d{2}-\d{2}T.*Z$/;
const DAY_MS = 86_400_000;

interface Point {
  /** Of a label undefined. */
  readonly x?: number;
  /** The value, written. */
  readonly at: string;
  readonly y: number;
}

interface Curve {
  readonly feature: string;
  /** Numbers and times in their order, labels by what they come to. */
  readonly points: readonly Point[];
}

function placesOf(values: Feature['grid_values']): readonly Omit<Point, 'y'>[] {
  if (values.every((value) => typeof value === 'number')) return values.map((x) => ({ x, at: figure(x) }));
  const texts = values.map(String);
  if (!texts.every((text) => TIME.test(text))) return texts.map((at) => ({ at }));
  const times = texts.map((text) => Date.parse(text));
  const isOfDays = times.every((time) => time % DAY_MS === 0);
  return times.map((x) => ({ x, at: dated(x, isOfDays) }));
}

const byHeight = (points: readonly Point[]) => points.toSorted((a, b) => a.y - b.y);
const isOfLabels = (points: readonly Point[]) => points.some(({ x }) => x === undefined);

/** Of one class, or of what is measured. */
function curvesOf({ features }: Dependences, output: number): readonly Curve[] {
  return features
    .map(({ feature, grid_values, average }) => {
      const points = placesOf(grid_values).map((place, i) => ({ ...place, y: average[output]?.[i] ?? 0 }));
      return { feature, points: isOfLabels(points) ? byHeight(points) : points };
    })
    .filter(({ points }) => points.length > 0);
}

/** How a model's predictions depend on the columns that matter most to it. */
export function Dependence({ of: dependences }: { readonly of: Dependences }) {
  const texts = t().runs;
  const [chosen, setChosen] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const { classes, n_rows } = dependences;
  const curves = curvesOf(dependences, chosen);
  if (curves.length === 0) return null;
  const all = curves.flatMap(({ points }) => points.map(({ y }) => y));
  /** One for all: what hardly changes a prediction shall look like it. */
  const range = [Math.min(...all), Math.max(...all)] as const;
  const output = classes === null ? texts.meanPrediction : texts.probabilityOf(classes[chosen] ?? '');
  return (
    <Section
      title={texts.dependence}
      hint={texts.dependenceHint(output, count(n_rows))}
      actions={
        classes !== null &&
        classes.length > 1 && (
          <label class="choice">
            {texts.classChoice}{' '}
            <select value={chosen} onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}>
              {classes.map((each, i) => (
                <option key={each} value={i}>
                  {each}
                </option>
              ))}
            </select>
          </label>
        )
      }
    >
      <ul class="dependence">
        {curves.map((curve) => (
          <CurveItem key={curve.feature} of={curve} range={range} />
        ))}
      </ul>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{t().datasets.inNumbers}</summary>
        {isOpen && (
          <Table
            caption={`${texts.dependence}: ${output}`}
            rows={curves.flatMap(({ feature, points }) => points.map((point) => ({ feature, ...point })))}
            keyOf={({ feature, at }) => `${feature} ${at}`}
            columns={[
              { title: t().datasets.column, cell: ({ feature }) => feature },
              { title: texts.value, cell: ({ at }) => at },
              { title: output, isFigure: true, cell: ({ y }) => figure(y) },
            ]}
          />
        )}
      </details>
    </Section>
  );
}

function CurveItem({ of: curve, range }: { readonly of: Curve; readonly range: readonly [number, number] }) {
  const { feature, points } = curve;
  const [first, last] = [points[0] as Point, points.at(-1) as Point];
  const ordered = byHeight(points);
  const [lowest, highest] = [ordered[0] as Point, ordered.at(-1) as Point];
  const words = t().runs.between(figure(lowest.y), lowest.at, figure(highest.y), highest.at);
  return (
    <li>
      <span class="clip" title={feature}>
        {feature}
      </span>
      <span class="muted small figure">
        {figure(lowest.y)} – {figure(highest.y)}
      </span>
      <Line
        label={`${feature}: ${words}`}
        x={points.map(({ x }, i) => x ?? i)}
        y={points.map(({ y }) => y)}
        range={range}
        isJoined={!isOfLabels(points)}
      />
      <span class="muted small clip" aria-hidden="true">
        {first.at}
      </span>
      <span class="muted small figure clip" aria-hidden="true">
        {last.at}
      </span>
    </li>
  );
}
