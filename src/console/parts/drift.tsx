import { useState } from 'preact/hooks';
import type { ArtifactDrift } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { Distributions } from '../charts/distributions.tsx';
import { count, figure, fromNow } from '../format.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Shown } from './shown.tsx';

const WINDOWS = ['1h', '24h', '7d'] as const;
type Window = (typeof WINDOWS)[number];

interface DriftProps {
  readonly id: string;
  /** So many predictions, after which it is looked at again. */
  readonly after: number;
}

/** Whether a model is asked about rows like those that it was trained on, column by column. */
export function Drift({ id, after }: DriftProps) {
  const texts = t().predict;
  const [window, setWindow] = useState<Window>('24h');
  const loaded = useLoad((signal) => api().getArtifactDrift({ id, window }, { signal }), [id, window, after]);
  return (
    <Section
      title={texts.drift}
      hint={texts.driftHint}
      actions={
        <>
          <select
            aria-label={texts.window}
            value={window}
            onChange={({ currentTarget }) => setWindow(currentTarget.value as Window)}
          >
            {WINDOWS.map((one) => (
              <option key={one} value={one}>
                {texts.windows[one]}
              </option>
            ))}
          </select>
          <button type="button" onClick={loaded.reload}>
            {t().app.refresh}
          </button>
        </>
      }
    >
      <Shown of={loaded}>{(drift) => <Columns of={drift} />}</Shown>
    </Section>
  );
}

function Columns({ of: { level, rows, since, columns } }: { readonly of: ArtifactDrift }) {
  const texts = t().predict;
  if (level === 'unknown' || since === null) return <p class="muted">{texts.driftUnknown(count(rows))}</p>;
  return (
    <>
      <p class="legend">
        <span class={`badge ${level}`}>{texts.levels[level]}</span>{' '}
        <span class="muted">{texts.driftRows(count(rows), fromNow(since))}</span>
        <span class="key reference">{texts.reference}</span>
        <span class="key current">{texts.current}</span>
      </p>
      <ul class="drift">
        {columns.map((column) => (
          <li key={column.name}>
            <span class="clip" title={column.name}>
              {column.name}
            </span>
            {column.distribution && (
              <Distributions label={`${texts.drift}: ${column.name}`} of={column.distribution} />
            )}
            <span class={`badge ${column.level}`} title={texts.levels[column.level]}>
              {texts.psi} {figure(column.psi)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
