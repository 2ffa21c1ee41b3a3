import type { ArtifactDrift } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { Bars } from '../charts/bars.tsx';
import { count, fromNow } from '../format.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Shown } from './shown.tsx';

const SHOWN = 20;

interface DriftProps {
  readonly id: string;
  /** So many predictions, after which it is looked at again. */
  readonly after: number;
}

/** Whether a model is asked about rows like those that it was trained on, column by column. */
export function Drift({ id, after }: DriftProps) {
  const texts = t().predict;
  const loaded = useLoad((signal) => api().getArtifactDrift({ id }, { signal }), [id, after]);
  return (
    <Section
      title={texts.drift}
      hint={texts.driftHint}
      actions={
        <button type="button" onClick={loaded.reload}>
          {t().app.refresh}
        </button>
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
      <p>
        <span class={`badge ${level}`}>{texts.levels[level]}</span>{' '}
        <span class="muted">{texts.driftRows(count(rows), fromNow(since))}</span>
      </p>
      <Bars
        label={`${texts.drift} (${texts.psi})`}
        of={columns.slice(0, SHOWN).map(({ name, psi }) => ({ name, value: psi }))}
      />
    </>
  );
}
