import type { Summary } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { Line } from '../charts/line.tsx';
import { count, figure, moment } from '../format.ts';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { type Column, Table } from './table.tsx';

/** Newest runs that are looked at. */
const LOOKED_AT = 100;

type Group = Summary['groups'][number];

/** By the figure that tells most of its task, which comes first. */
function Trend({
  of: { target, task, scores },
  trends,
}: {
  readonly of: Group;
  readonly trends: Summary['trends'];
}) {
  const texts = t().runs;
  const name = scores[0]?.name;
  const points = trends
    .filter((point) => point.target === target && point.task === task)
    .flatMap(({ finished_at, ...point }) => {
      const score = name && point[name];
      return typeof score === 'number' ? [{ at: finished_at, score }] : [];
    });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || !name) return null;
  const told = points.map(({ at, score }) => `${moment(at)}: ${figure(score)}`);
  return (
    <span title={told.join('\n')}>
      <Line
        class="trend"
        label={texts.fromTo(
          texts.metrics[name] ?? name,
          figure(first.score),
          figure(last.score),
          count(points.length),
        )}
        x={points.map((_, i) => i)}
        y={points.map(({ score }) => score)}
      />
    </span>
  );
}

function columns(trends: Summary['trends']): readonly Column<Group>[] {
  const texts = t().runs;
  return [
    {
      title: texts.target,
      cell: ({ target, latest_run_id }) => <a href={to(['runs', latest_run_id])}>{target}</a>,
    },
    { title: texts.task, isExtra: true, cell: ({ task }) => t().tasks[task] },
    { title: texts.title, isFigure: true, cell: (group) => count(group.count) },
    { title: texts.score, isExtra: true, cell: ({ scores: [score] }) => score && texts.metrics[score.name] },
    {
      title: texts.latest,
      isFigure: true,
      cell: ({ scores: [score] }) => typeof score?.latest === 'number' && figure(score.latest),
    },
    {
      title: texts.bestRun,
      isFigure: true,
      cell: ({ scores: [score] }) =>
        typeof score?.best === 'number' &&
        score.best_run_id && <a href={to(['runs', score.best_run_id])}>{figure(score.best)}</a>,
    },
    { title: texts.overTime, cell: (group) => <Trend of={group} trends={trends} /> },
  ];
}

/** How good the models of a dataset have been, target by target; nothing where there are none. */
export function QualityTrends({ datasetId }: { readonly datasetId: string }) {
  const texts = t().runs;
  const { data } = useLoad(
    (signal) => api().getQualitySummary({ dataset_id: datasetId, limit: LOOKED_AT }, { signal }),
    [datasetId],
  );
  if (!data || data.groups.length === 0) return null;
  return (
    <Section title={texts.trends} hint={texts.trendsHint(count(LOOKED_AT))} class="flush">
      <Table
        caption={texts.trends}
        columns={columns(data.trends)}
        rows={data.groups}
        keyOf={({ target, task }) => `${target} ${task}`}
      />
    </Section>
  );
}
