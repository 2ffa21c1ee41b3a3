import type { Dataset } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { bytes, count } from '../format.ts';
import { DeleteDataset } from '../parts/delete-dataset.tsx';
import { isLeaving } from '../parts/notes.tsx';
import { Page } from '../parts/page.tsx';
import { Pager, usePaging } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { Upload } from '../parts/upload.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

const PAGE_ITEMS = 50;

function columns(): readonly Column<Dataset>[] {
  const texts = t().datasets;
  return [
    {
      title: texts.name,
      cell: ({ dataset_id, name, warnings }) => (
        <>
          <a href={to(['datasets', dataset_id])}>{name}</a>
          {warnings.length > 0 && (
            <span class="badge warn" title={warnings.map(({ message }) => message).join('\n')}>
              {count(warnings.length)} {t().warnings}
            </span>
          )}
        </>
      ),
    },
    { title: texts.version, isFigure: true, cell: ({ version }) => count(version) },
    { title: texts.rows, isFigure: true, cell: ({ rows }) => count(rows) },
    { title: texts.columns, isFigure: true, cell: (dataset) => count(dataset.columns) },
    { title: texts.size, isFigure: true, cell: ({ size_bytes }) => bytes(size_bytes) },
    { title: texts.format, isExtra: true, cell: ({ format }) => format },
    { title: texts.uploadedAt, cell: ({ created_at }) => <Time at={created_at} /> },
    {
      title: texts.expires,
      cell: ({ expires_at }) => (expires_at === null ? t().app.never : <Time at={expires_at} />),
    },
    { title: texts.actions, isUntitled: true, cell: (dataset) => <DeleteDataset of={dataset} /> },
  ];
}

export function DatasetsPage() {
  const texts = t().datasets;
  const paging = usePaging();
  const { cursor } = paging;
  const list = useLoad(
    (signal) => api().listDatasets({ limit: PAGE_ITEMS, ...(cursor && { cursor }) }, { signal }),
    [cursor],
  );
  return (
    <Page title={texts.title}>
      <Upload />
      <Shown of={list}>
        {({ items, next_cursor }) =>
          items.length === 0 && paging.number === 1 ? (
            <Empty title={texts.empty} hint={texts.emptyHint} />
          ) : (
            <div class="card flush">
              <Table
                caption={texts.title}
                columns={columns()}
                rows={items.filter(({ dataset_id }) => !isLeaving(dataset_id))}
                keyOf={({ dataset_id }) => dataset_id}
              />
              <Pager paging={paging} next={next_cursor} />
            </div>
          )
        }
      </Shown>
    </Page>
  );
}
