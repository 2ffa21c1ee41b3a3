import type { Dataset, ListDatasetsData } from '../../client/index.ts';
import { api } from '../api.ts';
import { bytes, count } from '../format.ts';
import { DeleteDataset } from '../parts/delete-dataset.tsx';
import { List } from '../parts/list.tsx';
import { isLeaving } from '../parts/notes.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/shown.tsx';
import type { Column } from '../parts/table.tsx';
import { Tags } from '../parts/tags.tsx';
import { Time } from '../parts/time.tsx';
import { Upload } from '../parts/upload.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

type Query = NonNullable<ListDatasetsData['query']>;

function columns(): readonly Column<Dataset>[] {
  const texts = t().datasets;
  return [
    {
      title: texts.name,
      sort: 'name',
      cell: ({ dataset_id, name, warnings, tags }) => (
        <>
          <a href={to(['datasets', dataset_id])}>{name}</a>
          {warnings.length > 0 && (
            <span class="badge warn" title={warnings.map(({ message }) => message).join('\n')}>
              {count(warnings.length)} {t().warnings}
            </span>
          )}
          <Tags of={tags} list="datasets" />
        </>
      ),
    },
    { title: texts.version, isFigure: true, cell: ({ version }) => count(version) },
    { title: texts.rows, sort: 'rows', isFigure: true, cell: ({ rows }) => count(rows) },
    { title: texts.columns, isFigure: true, cell: (dataset) => count(dataset.columns) },
    { title: texts.size, sort: 'size', isFigure: true, cell: ({ size_bytes }) => bytes(size_bytes) },
    { title: texts.format, isExtra: true, cell: ({ format }) => format },
    { title: texts.uploadedAt, sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
    {
      title: texts.expires,
      cell: ({ expires_at }) => (expires_at === null ? t().app.never : <Time at={expires_at} />),
    },
    { title: texts.actions, isUntitled: true, cell: (dataset) => <DeleteDataset of={dataset} /> },
  ];
}

export function DatasetsPage() {
  const texts = t().datasets;
  return (
    <Page title={texts.title}>
      <Upload />
      <List
        title={texts.title}
        columns={columns()}
        load={(query, signal) => api().listDatasets(query as Query, { signal })}
        keyOf={({ dataset_id }) => dataset_id}
        isHidden={({ dataset_id }) => isLeaving(dataset_id)}
        empty={<Empty title={texts.empty} hint={texts.emptyHint} />}
      />
    </Page>
  );
}
