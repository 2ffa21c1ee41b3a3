import { useMemo, useState } from 'preact/hooks';
import type { Evaluation as Points } from '../../client/index.ts';
import { api, isGone, useLoad } from '../api.ts';
import { Histogram } from '../charts/histogram.tsx';
import { Plot } from '../charts/plot.tsx';
import { figure } from '../format.ts';
import { t } from '../texts/index.ts';
import { Dependence } from './dependence.tsx';
import { Section } from './page.tsx';
import { Shown } from './shown.tsx';

type Classification = Extract<Points, { task: 'classification' }>;
type Regression = Extract<Points, { task: 'regression' }>;

/** What the model did with the rows that were held out, drawn. Models of old have none of it. */
export function Evaluation({ id }: { readonly id: string }) {
  const loaded = useLoad((signal) => api().getArtifactEvaluation({ id }, { signal }), [id]);
  if (isGone(loaded.error)) return null;
  return (
    <Shown of={loaded}>
      {(points) => (
        <>
          {points.task === 'classification' ? <Curves of={points} /> : <Residuals of={points} />}
          {points.partial_dependence && <Dependence of={points.partial_dependence} />}
        </>
      )}
    </Shown>
  );
}

const UNIT = [0, 1] as const;

function Curves({ of: { classes } }: { readonly of: Classification }) {
  const texts = t().runs;
  const [chosen, setChosen] = useState(0);
  const one = classes[chosen];
  const said = useMemo(() => {
    const { prob_pred = [], prob_true = [] } = one?.calibration ?? {};
    // On the ends of the even line, too.
    return { x: [0, ...prob_pred, 1], truth: [null, ...prob_true, null], even: [0, ...prob_pred, 1] };
  }, [one]);
  if (one === undefined) return null;
  const { fpr, tpr } = one.roc;
  const choice = classes.length > 1 && (
    <label class="choice">
      {texts.classChoice}{' '}
      <select value={chosen} onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}>
        {classes.map((each, i) => (
          <option key={each.class} value={i}>
            {each.class}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div class="columns">
      <Section title={texts.roc} hint={texts.rocHint} actions={choice}>
        <Plot
          label={`${texts.roc}: ${one.class}`}
          x={{ title: texts.falsePositives, values: fpr }}
          y={{ title: texts.truePositives, range: UNIT }}
          series={[
            { title: one.class, kind: 'line', values: tpr },
            { title: texts.chance, kind: 'dashes', colour: 6, values: fpr },
          ]}
        />
      </Section>
      <Section title={texts.calibration} hint={texts.calibrationHint} actions={choice}>
        <Plot
          label={`${texts.calibration}: ${one.class}`}
          x={{ title: texts.meanProbability, values: said.x }}
          y={{ title: texts.share, range: UNIT }}
          series={[
            { title: one.class, kind: 'points', values: said.truth },
            { title: texts.perfect, kind: 'dashes', colour: 6, values: said.even },
          ]}
        />
      </Section>
    </div>
  );
}

function Residuals({ of: { residuals, predictions } }: { readonly of: Regression }) {
  const texts = t().runs;
  const sorted = useMemo(() => {
    const pairs = predictions.y_true.map((y, i) => [y, predictions.y_pred[i] as number] as const);
    const ordered = pairs.toSorted(([a], [b]) => a - b);
    return { truth: ordered.map(([y]) => y), predicted: ordered.map(([, y]) => y) };
  }, [predictions]);
  return (
    <div class="columns">
      <Section title={texts.predictedTrue} hint={texts.predictedTrueHint}>
        <Plot
          label={texts.predictedTrue}
          x={{ title: texts.truth, values: sorted.truth }}
          y={{ title: texts.predicted }}
          series={[
            { title: texts.predicted, kind: 'points', values: sorted.predicted },
            { title: texts.perfect, kind: 'dashes', colour: 6, values: sorted.truth },
          ]}
        />
      </Section>
      <Section title={texts.residuals} hint={`${texts.residualsHint} · ∅ ${figure(residuals.mean)}`}>
        <Histogram
          label={texts.residuals}
          edges={residuals.histogram.bin_edges}
          counts={residuals.histogram.counts}
        />
      </Section>
    </div>
  );
}
