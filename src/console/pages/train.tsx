import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DatasetWithProfile, TrainingRequest } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { count } from '../format.ts';
import { Page, Section } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Shown } from '../parts/shown.tsx';
import { go, to } from '../router.ts';
import { couldBeTarget, defaultTarget, taskOf } from '../target.ts';
import { t } from '../texts/index.ts';

const MODES = ['light', 'heavy'] as const;
const TASKS = ['classification', 'regression'] as const;

export function TrainPage({ id }: { readonly id: string }) {
  const texts = t().train;
  const loaded = useLoad((signal) => api().getDataset({ id }, { signal }), [id]);
  return (
    <Page
      title={texts.title}
      about={loaded.data && <a href={to(['datasets', id])}>{texts.of(loaded.data.name)}</a>}
    >
      <Shown of={loaded}>{(dataset) => <TrainForm dataset={dataset} />}</Shown>
    </Page>
  );
}

interface Option {
  readonly name: string;
  readonly value: string;
  readonly isChosen: boolean;
  readonly title: string;
  readonly hint?: string | undefined;
  readonly isDisabled?: boolean;
  onChoose(): void;
}

function Radio({ name, value, isChosen, title, hint, isDisabled = false, onChoose }: Option) {
  return (
    <label class="option">
      <input
        type="radio"
        name={name}
        value={value}
        checked={isChosen}
        disabled={isDisabled}
        onChange={onChoose}
      />
      <span>
        <strong>{title}</strong>
        {hint && <span class="muted">{hint}</span>}
      </span>
    </label>
  );
}

interface NumberFieldProps {
  readonly title: string;
  readonly hint?: string;
  readonly min: number;
  readonly step?: number | 'any';
  readonly placeholder?: string;
  readonly value: string;
  onInput(value: string): void;
}

function NumberField({ title, hint, min, step = 1, placeholder, value, onInput }: NumberFieldProps) {
  return (
    <label>
      {title}
      <input
        type="number"
        min={min}
        step={step}
        placeholder={placeholder}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      {hint && <span class="muted small">{hint}</span>}
    </label>
  );
}

/** As text, since a field may be empty; then the service chooses. */
interface Settings {
  readonly seed: string;
  readonly l2: string;
  readonly max_trials: string;
  readonly time_budget_seconds: string;
  readonly isBalanced: boolean;
}

function paramsOf(mode: TrainingRequest['mode'], task: string | undefined, settings: Settings) {
  const { l2, max_trials, time_budget_seconds, isBalanced } = settings;
  const given = (name: string, text: string) => (text === '' ? {} : { [name]: Number(text) });
  return {
    ...(mode === 'light'
      ? given('l2', l2)
      : { ...given('max_trials', max_trials), ...given('time_budget_seconds', time_budget_seconds) }),
    ...(isBalanced && task !== 'regression' && { class_weight: 'balanced' }),
  };
}

function TrainForm({ dataset: { dataset_id, profile, rows } }: { readonly dataset: DatasetWithProfile }) {
  const texts = t().train;
  const byName = defaultTarget(profile);
  const [mode, setMode] = useState<TrainingRequest['mode']>('light');
  const [target, setTarget] = useState(byName?.name ?? '');
  const [task, setTask] = useState<TrainingRequest['task']>();
  const [settings, setSettings] = useState<Settings>({
    seed: '42',
    l2: '',
    max_trials: '',
    time_budget_seconds: '',
    isBalanced: false,
  });
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const change = (part: Partial<Settings>) => setSettings((last) => ({ ...last, ...part }));

  const column = profile.find(({ name }) => name === target);
  const choice = column && taskOf(column);
  const params = paramsOf(mode, task ?? choice?.task, settings);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setSending(true);
    setError(undefined);
    try {
      const { id } = await api().createTrainingRun({
        trainingRequest: {
          dataset_id,
          mode,
          target,
          ...(task && { task }),
          ...(settings.seed && { seed: Number(settings.seed) }),
          ...(Object.keys(params).length > 0 && { params }),
        },
      });
      go(['runs', id]);
    } catch (refusal) {
      setError(refusal);
      setSending(false);
    }
  };

  const option = ({ name }: { name: string }) => (
    <option key={name} value={name}>
      {name}
    </option>
  );
  // The last column of most tables is the one to predict.
  const likely = profile.filter((one) => couldBeTarget(one, rows)).toReversed();
  const unlikely = profile.filter((one) => !couldBeTarget(one, rows));

  return (
    <form class="form" onSubmit={submit}>
      <Section title={texts.target} hint={texts.targetHint}>
        <select
          aria-label={texts.target}
          required
          value={target}
          onChange={({ currentTarget }) => {
            setTarget(currentTarget.value);
            setTask(undefined);
          }}
        >
          <option value="" disabled />
          {likely.map(option)}
          {unlikely.length > 0 && <optgroup label={texts.unlikely}>{unlikely.map(option)}</optgroup>}
        </select>
        <p class="muted small">
          {byName === undefined
            ? texts.targetNone
            : byName.name === target && texts.targetDefault(byName.name)}
        </p>
      </Section>
      <Section title={texts.task}>
        <fieldset class="options">
          <legend class="hidden">{texts.task}</legend>
          <Radio
            name="task"
            value=""
            isChosen={task === undefined}
            title={choice ? texts.chosen(t().tasks[choice.task]) : texts.chosen('…')}
            hint={choice && column && texts[choice.why](count(column.distinct))}
            onChoose={() => setTask(undefined)}
          />
          {TASKS.map((one) => (
            <Radio
              key={one}
              name="task"
              value={one}
              isChosen={task === one}
              isDisabled={one === 'regression' && column !== undefined && column.type !== 'number'}
              title={texts[one]}
              onChoose={() => setTask(one)}
            />
          ))}
        </fieldset>
      </Section>
      <Section title={texts.mode}>
        <fieldset class="options">
          <legend class="hidden">{texts.mode}</legend>
          {MODES.map((one) => (
            <Radio
              key={one}
              name="mode"
              value={one}
              isChosen={mode === one}
              title={t().modes[one]}
              hint={texts[one]}
              onChoose={() => setMode(one)}
            />
          ))}
        </fieldset>
        <details>
          <summary>{texts.more}</summary>
          <div class="fields">
            <NumberField
              title={texts.seed}
              hint={texts.seedHint}
              min={0}
              value={settings.seed}
              onInput={(seed) => change({ seed })}
            />
            {mode === 'light' ? (
              <NumberField
                title={texts.l2}
                min={0}
                step="any"
                placeholder={texts.automatic}
                value={settings.l2}
                onInput={(l2) => change({ l2 })}
              />
            ) : (
              <>
                <NumberField
                  title={texts.trials}
                  min={1}
                  placeholder="9"
                  value={settings.max_trials}
                  onInput={(max_trials) => change({ max_trials })}
                />
                <NumberField
                  title={texts.budget}
                  min={1}
                  placeholder="120"
                  value={settings.time_budget_seconds}
                  onInput={(time_budget_seconds) => change({ time_budget_seconds })}
                />
              </>
            )}
            {(task ?? choice?.task) !== 'regression' && (
              <label class="check">
                <input
                  type="checkbox"
                  checked={settings.isBalanced}
                  onChange={({ currentTarget }) => change({ isBalanced: currentTarget.checked })}
                />
                {texts.classWeight}
              </label>
            )}
          </div>
        </details>
      </Section>
      <Submit isDisabled={isSending}>{error !== undefined && <Problem error={error} />}</Submit>
    </form>
  );
}

function Submit({
  isDisabled,
  children,
}: {
  readonly isDisabled: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <>
      {children}
      <div class="actions">
        <button type="submit" class="primary" disabled={isDisabled}>
          {t().train.submit}
        </button>
      </div>
    </>
  );
}
