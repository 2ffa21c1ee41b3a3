import { useState } from 'preact/hooks';
import type { Model, ModelHistoryLine, ModelVersion } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { figure } from '../format.ts';
import { scoresOf } from '../metrics.ts';
import { Aliases, SetAlias } from '../parts/aliases.tsx';
import { Annotations } from '../parts/annotations.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { deleteSoon, isLeaving } from '../parts/notes.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Shown } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { go, to } from '../router.ts';
import { t } from '../texts/index.ts';

const SHOWN_ITEMS = 100;

interface Whole {
  readonly model: Model;
  readonly versions: readonly ModelVersion[];
  readonly history: readonly ModelHistoryLine[];
}

async function whole(name: string, signal: AbortSignal): Promise<Whole> {
  const page = { name, limit: SHOWN_ITEMS };
  const [model, versions, history] = await Promise.all([
    api().getModel({ name }, { signal }),
    api().listModelVersions(page, { signal }),
    api().listModelHistory(page, { signal }),
  ]);
  return { model, versions: versions.items, history: history.items };
}

/** A name: its versions, what its aliases stand for, and who changed what. */
export function ModelPage({ name }: { readonly name: string }) {
  const texts = t().models;
  const loaded = useLoad((signal) => whole(name, signal), [name]);
  return (
    <Page title={name} actions={loaded.data && <DeleteModel name={name} />}>
      <Shown of={loaded}>
        {({ model, versions, history }) => (
          <>
            <Section title={texts.versions} class="flush">
              <Table
                caption={texts.versions}
                columns={versionColumns(model, loaded.reload)}
                rows={versions.filter(({ version }) => !isLeaving(`${name}/${version}`))}
                keyOf={({ version }) => version}
              />
            </Section>
            <Annotations
              of={model}
              list="models"
              change={(annotationPatch) => api().annotateModel({ name, annotationPatch })}
            />
            <Section title={texts.history} class="flush">
              <Table
                caption={texts.history}
                columns={historyColumns()}
                rows={history}
                keyOf={({ at, change }) => at + change}
              />
            </Section>
          </>
        )}
      </Shown>
    </Page>
  );
}

function versionColumns(model: Model, onChange: () => void): readonly Column<ModelVersion>[] {
  const texts = t().models;
  return [
    { title: texts.version, cell: ({ version }) => <strong>{version}</strong> },
    {
      title: texts.aliases,
      cell: ({ version, aliases }) => (
        <Aliases model={model} version={version} of={aliases} onChange={onChange} />
      ),
    },
    { title: t().runs.target, cell: ({ target }) => target },
    {
      title: t().runs.score,
      isFigure: true,
      cell: (version) => {
        const [score] = scoresOf(version);
        return (
          score && (
            <>
              {figure(score.value)} <span class="muted small">{t().runs.metrics[score.name]}</span>
            </>
          )
        );
      },
    },
    { title: texts.registered, cell: ({ created_at }) => <Time at={created_at} /> },
    {
      title: t().datasets.actions,
      isUntitled: true,
      cell: (version) => (
        <span class="actions">
          <a href={to(['artifacts', version.artifact_id])}>{t().predict.title}</a>
          <a href={to(['runs', version.run_id])}>{texts.run}</a>
          <SetAlias model={model} version={version.version} onChange={onChange} />
          <DeleteVersion of={version} onChange={onChange} />
        </span>
      ),
    },
  ];
}

function historyColumns(): readonly Column<ModelHistoryLine>[] {
  const texts = t().models;
  return [
    { title: texts.at, cell: ({ at }) => <Time at={at} /> },
    {
      title: texts.change,
      cell: ({ change, alias, from_version, to_version }) =>
        texts.changes[change](alias ?? '', String(from_version ?? ''), String(to_version ?? '')),
    },
    { title: texts.by, cell: ({ by }) => by },
  ];
}

function DeleteVersion({ of: { name, version }, onChange }: { readonly of: ModelVersion; onChange(): void }) {
  const texts = t().models;
  const [isAsking, setAsking] = useState(false);
  const title = `${name} ${version}`;
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-label={texts.removeVersion(version)}
        onClick={() => setAsking(true)}
      >
        {t().datasets.remove}
      </button>
      {isAsking && (
        <Confirm
          title={texts.removeVersionTitle(name, version)}
          hint={texts.removeVersionHint}
          action={t().datasets.remove}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            deleteSoon({
              id: `${name}/${version}`,
              announcement: texts.removing(title),
              done: texts.removed(title),
              kept: t().datasets.kept(title),
              run: () => api().deleteModelVersion({ name, version }),
              onDone: onChange,
            })
          }
        />
      )}
    </>
  );
}

function DeleteModel({ name }: { readonly name: string }) {
  const texts = t().models;
  const [isAsking, setAsking] = useState(false);
  const confirm = () => {
    deleteSoon({
      id: name,
      announcement: texts.removing(name),
      done: texts.removed(name),
      kept: t().datasets.kept(name),
      run: () => api().deleteModel({ name }),
    });
    go(['models']);
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => setAsking(true)}>
        {texts.removeModel}
      </button>
      {isAsking && (
        <Confirm
          title={texts.removeModelTitle(name)}
          hint={texts.removeModelHint}
          action={t().datasets.remove}
          onConfirm={confirm}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
