import { useState } from 'preact/hooks';
import { ApiProblem, type Artifact, type Prediction } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { Bars } from '../charts/bars.tsx';
import { figure, percent } from '../format.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Problem } from './problem.tsx';
import { Warnings } from './warnings.tsx';

/** So many classes and contributions are looked at. */
const SHOWN = 12;

type Texts = Readonly<Record<string, string>>;

/** Empty: missing. Numbers as such; what is no number is left to the service, which knows how the column is written. */
function cellOf(type: string, text: string | undefined): unknown {
  if (text === undefined || text === '') return null;
  const number = Number(text);
  return type === 'number' && Number.isFinite(number) ? number : text;
}

/** Why is told too, where the model can tell; those made before that was kept can't. */
async function predicted(
  id: string,
  row: Readonly<Record<string, unknown>>,
  level: number | undefined,
): Promise<Prediction> {
  const asked = { rows: [row], ...(level !== undefined && { intervals: level }) };
  try {
    return await api().predict({ id, predictionRequest: { ...asked, contributions: true } });
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 400)) throw error;
    return api().predict({ id, predictionRequest: asked });
  }
}

/** Rows to begin with: the first ones of the table that the model was trained on, as far as it is still there. */
function useExamples({ dataset_id }: Artifact): readonly Texts[] {
  const { data } = useLoad((signal) => api().getDataset({ id: dataset_id }, { signal }), [dataset_id]);
  const { columns = [], rows = [] } = data?.preview ?? {};
  return rows.map((cells) => Object.fromEntries(cells.map((cell, i) => [columns[i], cell ?? ''])));
}

interface PredictFormProps {
  readonly artifact: Artifact;
  /** Of the interval that is wanted; undefined: none. */
  readonly level: number | undefined;
  onPredicted(): void;
}

export function PredictForm({ artifact, level, onPredicted }: PredictFormProps) {
  const texts = t().predict;
  const examples = useExamples(artifact);
  const [example, setExample] = useState(0);
  /** What was typed, over the example. */
  const [typed, setTyped] = useState<Texts>({});
  const [answer, setAnswer] = useState<Prediction>();
  const [error, setError] = useState<unknown>();
  const cells = { ...examples[example], ...typed };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setError(undefined);
    try {
      const row = artifact.inputs.map(({ name, type }) => [name, cellOf(type, cells[name])] as const);
      setAnswer(await predicted(artifact.id, Object.fromEntries(row), level));
      onPredicted();
    } catch (refusal) {
      setAnswer(undefined);
      setError(refusal);
    }
  };

  return (
    <div class="columns wide-first">
      <Section
        title={texts.form}
        hint={texts.formHint}
        actions={
          // Its place is kept: nothing shall move when the rows come, least of all under a click.
          <button
            type="button"
            class={examples.length > 1 ? '' : 'absent'}
            onClick={() => {
              setTyped({});
              setExample((example + 1) % examples.length);
            }}
          >
            {texts.another}
          </button>
        }
      >
        <form onSubmit={submit}>
          <div class="fields dense">
            {artifact.inputs.map(({ name, type }) => (
              <label key={name}>
                <span class="clip" title={name}>
                  {name}
                </span>
                <input
                  inputMode={type === 'number' ? 'decimal' : 'text'}
                  placeholder={texts.missing}
                  autocomplete="off"
                  value={cells[name] ?? ''}
                  onInput={({ currentTarget: { value } }) => setTyped((last) => ({ ...last, [name]: value }))}
                />
              </label>
            ))}
          </div>
          <div class="actions">
            <button type="submit" class="primary">
              {texts.submit}
            </button>
          </div>
        </form>
      </Section>
      <Section title={texts.answer}>
        <div aria-live="polite">
          {error !== undefined && <Problem error={error} />}
          {answer && <Answer of={answer} />}
        </div>
      </Section>
    </div>
  );
}

function Answer({
  of: { predictions, probabilities, intervals, explanation, warnings = [] },
}: {
  readonly of: Prediction;
}) {
  const [prediction] = predictions;
  const classes = Object.entries(probabilities?.[0] ?? {})
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => b.value - a.value);
  return (
    <>
      <p class="answer">{typeof prediction === 'number' ? figure(prediction) : prediction}</p>
      {intervals?.[0] && <p>{t().predict.within(figure(intervals[0].lower), figure(intervals[0].upper))}</p>}
      <Warnings of={warnings} />
      {classes.length > 0 && <Bars label={t().predict.answer} of={classes.slice(0, SHOWN)} write={percent} />}
      {explanation && <Why of={explanation} />}
    </>
  );
}

function Why({ of: { scale, rows } }: { readonly of: NonNullable<Prediction['explanation']> }) {
  const texts = t().predict;
  const [row] = rows;
  if (row === undefined) return null;
  const words = texts.whyHint[scale];
  const hint = typeof words === 'string' ? words : words(row.class ?? '');
  return (
    <>
      <h3>{texts.why}</h3>
      <p class="muted small">
        {hint} · {texts.base}: {figure(row.base_value)}
      </p>
      <Bars
        label={texts.why}
        of={row.contributions.slice(0, SHOWN).map(({ column, value }) => ({ name: column, value }))}
      />
    </>
  );
}
