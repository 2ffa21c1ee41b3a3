import { useState } from 'preact/hooks';
import { api, useLoad } from '../api.ts';
import { Drift } from '../parts/drift.tsx';
import { IntervalChoice, levelsOf } from '../parts/interval-choice.tsx';
import { Page } from '../parts/page.tsx';
import { PredictForm } from '../parts/predict-form.tsx';
import { PredictTable } from '../parts/predict-table.tsx';
import { Shown } from '../parts/shown.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

export function PredictPage({ id }: { readonly id: string }) {
  const texts = t().predict;
  const loaded = useLoad((signal) => api().getArtifact({ id }, { signal }), [id]);
  const { data } = loaded;
  /** Predictions so far: each may move the drift. */
  const [predictions, setPredictions] = useState(0);
  /** How sure intervals shall be; undefined: there are none. */
  const [level, setLevel] = useState<number>();
  const levels = data ? levelsOf(data) : [];
  const onPredicted = () => setPredictions((last) => last + 1);
  return (
    <Page
      title={data ? texts.of(data.target) : texts.title}
      about={
        data && (
          <>
            {t().tasks[data.task]} · {t().modes[data.mode]}{' '}
            {data.held_by.map(({ name, version }) => (
              <a key={name + version} class="badge" href={to(['models', name])}>
                {name} {version}
              </a>
            ))}
          </>
        )
      }
      actions={
        data && (
          <>
            {levels.length > 0 && <IntervalChoice levels={levels} level={level} onChoose={setLevel} />}
            <a class="button" href={to(['runs', data.run_id])}>
              {texts.toRun}
            </a>
          </>
        )
      }
    >
      <Shown of={loaded}>
        {(artifact) => (
          <>
            <PredictForm artifact={artifact} level={level} onPredicted={onPredicted} />
            <PredictTable artifact={artifact} level={level} onPredicted={onPredicted} />
            <Drift id={id} after={predictions} />
          </>
        )}
      </Shown>
    </Page>
  );
}
