import { hasEnded, type ListTrainingRunsData, type TrainingRun } from '../../client/index.ts';
import { api } from '../api.ts';
import { figure, seconds } from '../format.ts';
import { scoresOf } from '../metrics.ts';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/shown.tsx';
import { Status } from '../parts/status.tsx';
import type { Column } from '../parts/table.tsx';
import { Tags } from '../parts/tags.tsx';
import { Time } from '../parts/time.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

type Query = NonNullable<ListTrainingRunsData['query']>;
/** While something in sight is under way. */
const REFRESH_MS = 3000;

function columns(): readonly Column<TrainingRun>[] {
  const texts = t().runs;
  return [
    {
      title: texts.target,
      cell: ({ id, target, tags }) => (
        <>
          <a href={to(['runs', id])}>{target}</a>
          <Tags of={tags} list="runs" />
        </>
      ),
    },
    { title: texts.status, cell: ({ status }) => <Status of={status} /> },
    { title: texts.task, isExtra: true, cell: ({ task }) => t().tasks[task] },
    { title: texts.mode, cell: ({ mode }) => t().modes[mode] },
    {
      title: texts.score,
      isFigure: true,
      cell: (run) => {
        const [score] = scoresOf(run);
        return (
          score && (
            <>
              {figure(score.value)} <span class="muted small">{texts.metrics[score.name]}</span>
            </>
          )
        );
      },
    },
    {
      title: texts.duration,
      sort: 'duration',
      isFigure: true,
      cell: ({ duration_seconds }) => duration_seconds !== null && seconds(duration_seconds),
    },
    { title: texts.queuedAt, sort: 'created_at', cell: ({ queued_at }) => <Time at={queued_at} /> },
  ];
}

export function RunsPage() {
  const texts = t().runs;
  return (
    <Page title={texts.title}>
      <List
        title={texts.title}
        columns={columns()}
        filters={[
          { name: 'status', title: texts.status, values: t().statuses },
          { name: 'task', title: texts.task, values: t().tasks },
          { name: 'mode', title: texts.mode, values: t().modes },
        ]}
        load={(query, signal) => api().listTrainingRuns(query as Query, { signal })}
        refreshMs={(runs) => (runs.every(hasEnded) ? undefined : REFRESH_MS)}
        keyOf={({ id }) => id}
        empty={
          <Empty title={texts.empty} hint={texts.emptyHint}>
            <a class="button primary" href={to(['datasets'])}>
              {texts.toDatasets}
            </a>
          </Empty>
        }
      />
    </Page>
  );
}
