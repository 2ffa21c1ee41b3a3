import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DatasetWithProfile } from '../../client/index.ts';
import { api, isSignedIn, useLoad } from '../api.ts';
import { bytes, count, figure, percent } from '../format.ts';
import { Annotations } from '../parts/annotations.tsx';
import { ColumnSpread, Spread } from '../parts/column-spread.tsx';
import { DeleteDataset } from '../parts/delete-dataset.tsx';
import { Download } from '../parts/download.tsx';
import { Facts } from '../parts/facts.tsx';
import { Page, Section } from '../parts/page.tsx';
import { QualityTrends } from '../parts/quality-trends.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Shown } from '../parts/shown.tsx';
import { Time } from '../parts/time.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { Warnings } from '../parts/warnings.tsx';
import { go, to } from '../router.ts';
import type { ColumnProfile } from '../target.ts';
import { t } from '../texts/index.ts';

const ROW_HEIGHT = 34;
/** With fewer columns than this nobody searches. */
const MANY = 12;

export function DatasetPage({ id }: { readonly id: string }) {
  const texts = t().datasets;
  const loaded = useLoad((signal) => api().getDataset({ id }, { signal }), [id]);
  const { data } = loaded;
  return (
    <Page
      title={data?.name ?? texts.one}
      about={data && `${texts.version} ${count(data.version)}`}
      actions={
        data && (
          <>
            <DeleteDataset of={data} onDelete={() => go(['datasets'])} />
            <Download
              url={`api/ml/v1/datasets/${id}/download`}
              name={data.name}
              load={isSignedIn.value ? () => api().downloadDataset({ id }, { parseAs: 'blob' }) : undefined}
            />
            <a class="button" href={to(['runs'], { dataset_id: id })}>
              {texts.runs}
            </a>
            <a class="button" href={to(['datasets', id, 'compare'])}>
              {t().compare.title}
            </a>
            <a class="button primary" href={to(['datasets', id, 'train'])}>
              {texts.train}
            </a>
          </>
        )
      }
    >
      <Shown of={loaded}>
        {(dataset) => (
          <>
            <Overview of={dataset} />
            <Warnings of={dataset.warnings} />
            <Profile of={dataset} />
            <Preview of={dataset} />
            <Annotations
              of={dataset}
              list="datasets"
              change={(annotationPatch) => api().annotateDataset({ id, annotationPatch })}
            />
            <QualityTrends datasetId={id} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function Overview({ of: dataset }: { readonly of: DatasetWithProfile }) {
  const texts = t().datasets;
  return (
    <Facts
      of={[
        [texts.rows, count(dataset.rows)],
        [texts.columns, count(dataset.columns)],
        [texts.size, bytes(dataset.size_bytes)],
        [texts.format, dataset.format],
        [texts.uploadedAt, <Time key="at" at={dataset.created_at} />],
        [
          texts.expires,
          dataset.expires_at === null ? t().app.never : <Time key="at" at={dataset.expires_at} />,
        ],
        [texts.sha, <code key="sha">{dataset.sha256.slice(0, 12)}…</code>],
      ]}
    />
  );
}

function Profile({ of: { profile, rows, profile_sample_rows } }: { readonly of: DatasetWithProfile }) {
  const texts = t().datasets;
  const [wanted, setWanted] = useState('');
  /** The column that is looked at. */
  const [open, setOpen] = useState<string>();
  const shown = profile.find(({ name }) => name === open);
  const columns = profile.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <Section
      title={texts.profile}
      hint={texts.profileHint(count(rows))}
      class="flush"
      actions={
        profile.length > MANY && (
          <input
            type="search"
            aria-label={texts.findColumn}
            placeholder={texts.findColumn}
            value={wanted}
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        )
      }
    >
      <VirtualRows
        caption={texts.profile}
        count={columns.length}
        height={ROW_HEIGHT}
        head={
          <>
            <th scope="col">{texts.column}</th>
            <th scope="col">{texts.type}</th>
            <th scope="col">{texts.missing}</th>
            <th scope="col" class="figure">
              {texts.distinct}
            </th>
            <th scope="col">{texts.range}</th>
            <th scope="col" class="figure">
              {texts.mean}
            </th>
            <th scope="col">{texts.distribution}</th>
          </>
        }
        row={(index) => {
          const column = columns[index] as ColumnProfile;
          const isOpen = column.name === open;
          return (
            <ColumnRow of={column} rows={rows}>
              <Spread of={column} isOpen={isOpen} onOpen={() => setOpen(isOpen ? undefined : column.name)} />
            </ColumnRow>
          );
        }}
      />
      {shown && <ColumnSpread of={shown} sampled={profile_sample_rows} onClose={() => setOpen(undefined)} />}
    </Section>
  );
}

const written = (value: number | string | null): ComponentChildren =>
  typeof value === 'number' ? figure(value) : value;

interface ColumnRowProps {
  readonly of: ColumnProfile;
  readonly rows: number;
  /** How its values are spread. */
  readonly children: ComponentChildren;
}

function ColumnRow({ of: column, rows, children }: ColumnRowProps) {
  const texts = t().datasets;
  const { name, type, missing, distinct, distinct_approximate, min, max, mean, reads_as } = column;
  const isRange = min !== null;
  return (
    <>
      <th scope="row">
        <span class="clip" title={name}>
          {name}
        </span>
      </th>
      <td>
        {t().types[type]}
        {reads_as && (
          <span class="muted small" title={reads_as}>
            {' '}
            ({reads_as})
          </span>
        )}
      </td>
      <td>
        <span class="share">
          <meter value={missing} max={Math.max(1, rows)} aria-hidden="true" />
          {missing === 0 ? <span class="muted">0</span> : `${count(missing)} · ${percent(missing / rows)}`}
        </span>
      </td>
      <td class="figure">{distinct_approximate ? texts.about(count(distinct)) : count(distinct)}</td>
      <td>
        {isRange && (
          <span class="clip" title={`${min} – ${max}`}>
            {written(min)} – {written(max)}
          </span>
        )}
      </td>
      <td class="figure">{mean !== null && figure(mean)}</td>
      <td>{children}</td>
    </>
  );
}

function Preview({ of: { preview } }: { readonly of: DatasetWithProfile }) {
  const texts = t().datasets;
  if (!preview) return null;
  return (
    <Section title={texts.preview} hint={texts.previewHint} class="flush">
      <Scroll label={texts.preview}>
        <table>
          <thead>
            <tr>
              {preview.columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, i) => (
                  <td key={preview.columns[i]}>{cell ?? <span class="muted">{texts.absent}</span>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Section>
  );
}
