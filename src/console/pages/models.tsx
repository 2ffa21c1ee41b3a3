import type { ListModelsData, Model } from '../../client/index.ts';
import { api } from '../api.ts';
import { count } from '../format.ts';
import { List } from '../parts/list.tsx';
import { isLeaving } from '../parts/notes.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/shown.tsx';
import type { Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

type Query = NonNullable<ListModelsData['query']>;

function columns(): readonly Column<Model>[] {
  const texts = t().models;
  return [
    { title: texts.name, sort: 'name', cell: ({ name }) => <a href={to(['models', name])}>{name}</a> },
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
    { title: texts.created, sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
  ];
}

export function ModelsPage() {
  const texts = t().models;
  return (
    <Page title={texts.title}>
      <List
        title={texts.title}
        columns={columns()}
        load={(query, signal) => api().listModels(query as Query, { signal })}
        keyOf={({ name }) => name}
        isHidden={({ name }) => isLeaving(name)}
        empty={
          <Empty title={texts.empty} hint={texts.emptyHint}>
            <a class="button primary" href={to(['runs'])}>
              {texts.toRuns}
            </a>
          </Empty>
        }
      />
    </Page>
  );
}
