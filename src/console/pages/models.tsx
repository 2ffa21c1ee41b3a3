import type { Model } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { count } from '../format.ts';
import { isLeaving } from '../parts/notes.tsx';
import { Page } from '../parts/page.tsx';
import { Pager, usePaging } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

const PAGE_ITEMS = 50;

function columns(): readonly Column<Model>[] {
  const texts = t().models;
  return [
    { title: texts.name, cell: ({ name }) => <a href={to(['models', name])}>{name}</a> },
    {
      title: texts.aliases,
      cell: ({ aliases }) =>
        Object.entries(aliases).map(([alias, version]) => (
          <span key={alias} class="badge alias">
            {alias} → {version}
          </span>
        )),
    },
    { title: texts.versions, isFigure: true, cell: ({ versions }) => count(versions) },
    { title: texts.latest, isFigure: true, cell: ({ latest_version }) => latest_version },
    { title: texts.created, cell: ({ created_at }) => <Time at={created_at} /> },
  ];
}

export function ModelsPage() {
  const texts = t().models;
  const paging = usePaging();
  const { cursor } = paging;
  const list = useLoad(
    (signal) => api().listModels({ limit: PAGE_ITEMS, ...(cursor && { cursor }) }, { signal }),
    [cursor],
  );
  return (
    <Page title={texts.title}>
      <Shown of={list}>
        {({ items, next_cursor }) =>
          items.length === 0 && paging.number === 1 ? (
            <Empty title={texts.empty} hint={texts.emptyHint}>
              <a class="button primary" href={to(['runs'])}>
                {texts.toRuns}
              </a>
            </Empty>
          ) : (
            <div class="card flush">
              <Table
                caption={texts.title}
                columns={columns()}
                rows={items.filter(({ name }) => !isLeaving(name))}
                keyOf={({ name }) => name}
              />
              <Pager paging={paging} next={next_cursor} />
            </div>
          )
        }
      </Shown>
    </Page>
  );
}
