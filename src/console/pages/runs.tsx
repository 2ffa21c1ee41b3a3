import { useEffect } from 'preact/hooks';
import { hasEnded, type TrainingRun } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { figure, seconds } from '../format.ts';
import { scoresOf } from '../metrics.ts';
import { Page } from '../parts/page.tsx';
import { Pager, usePaging } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { Status } from '../parts/status.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

const PAGE_ITEMS = 50;
/** While something in sight is under way. */
const REFRESH_MS = 3000;

function columns(): readonly Column<TrainingRun>[] {
  const texts = t().runs;
  return [
    { title: texts.target, cell: ({ id, target }) => <a href={to(['runs', id])}>{target}</a> },
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
      isFigure: true,
      cell: ({ duration_seconds }) => duration_seconds !== null && seconds(duration_seconds),
    },
    { title: texts.queuedAt, cell: ({ queued_at }) => <Time at={queued_at} /> },
  ];
}

export function RunsPage() {
  const texts = t().runs;
  const paging = usePaging();
  const { cursor } = paging;
  const list = useLoad(
    (signal) => api().listTrainingRuns({ limit: PAGE_ITEMS, ...(cursor && { cursor }) }, { signal }),
    [cursor],
  );
  const isMoving = list.data?.items.some((run) => !hasEnded(run)) ?? false;
  useEffect(() => {
    if (!isMoving) return undefined;
    const timer = setTimeout(list.reload, REFRESH_MS);
    return () => clearTimeout(timer);
  }, [list.data]);
  return (
    <Page title={texts.title}>
      <Shown of={list}>
        {({ items, next_cursor }) =>
          items.length === 0 && paging.number === 1 ? (
            <Empty title={texts.empty} hint={texts.emptyHint}>
              <a class="button primary" href={to(['datasets'])}>
                {texts.toDatasets}
              </a>
            </Empty>
          ) : (
            <div class="card flush">
              <Table caption={texts.title} columns={columns()} rows={items} keyOf={({ id }) => id} />
              <Pager paging={paging} next={next_cursor} />
            </div>
          )
        }
      </Shown>
    </Page>
  );
}
