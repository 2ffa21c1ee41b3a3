import { useEffect, useState } from 'preact/hooks';
import {
  type Dataset,
  hasEnded,
  isRun,
  type TraceNode,
  type TrainingRun,
  type TrainingRunProgress,
} from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { Waterfall } from '../charts/waterfall.tsx';
import { figure, seconds } from '../format.ts';
import { Annotations } from '../parts/annotations.tsx';
import { Evaluation } from '../parts/evaluation.tsx';
import { Facts } from '../parts/facts.tsx';
import { KeepModel } from '../parts/keep-model.tsx';
import { ModelCard } from '../parts/model-card.tsx';
import { complain, say } from '../parts/notes.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Progress } from '../parts/progress.tsx';
import { Quality } from '../parts/quality.tsx';
import { Shown } from '../parts/shown.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { Warnings } from '../parts/warnings.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

interface Watched {
  readonly run: TrainingRun | undefined;
  readonly progress: TrainingRunProgress | undefined;
  readonly error: unknown;
}

/** A run as it changes. The client connects again where a stream breaks. */
function useRun(id: string): Watched {
  const [watched, setWatched] = useState<Watched>({ run: undefined, progress: undefined, error: undefined });
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const watch = async () => {
      for await (const event of api().watchRun(id, { signal }))
        setWatched((last) => (isRun(event) ? { ...last, run: event } : { ...last, progress: event }));
    };
    watch().catch((error: unknown) => {
      if (!signal.aborted) setWatched((last) => ({ ...last, error }));
    });
    return () => leaving.abort();
  }, [id]);
  return watched;
}

export function RunPage({ id }: { readonly id: string }) {
  const texts = t().runs;
  const { run, progress, error } = useRun(id);
  return (
    <Page
      title={run ? run.target : texts.one}
      about={run && <About run={run} />}
      actions={run && <Actions run={run} />}
    >
      {error !== undefined && <Problem error={error} onRetry={() => location.reload()} />}
      {error === undefined && !run && (
        <p class="loading muted" role="status">
          {t().app.loading} …
        </p>
      )}
      {run && (
        <>
          {!hasEnded(run) && <Live run={run} progress={progress} />}
          {run.status === 'failed' && <Failure run={run} />}
          {run.status === 'cancelled' && <p class="notice">{texts.noModel}</p>}
          {run.artifact_removed_by && (
            <p class="notice warn">{texts.modelRemoved[run.artifact_removed_by]}</p>
          )}
          <Warnings of={run.warnings} />
          {run.metrics && <Quality run={run} />}
          {run.artifact_id !== null && <Evaluation key={run.artifact_id} id={run.artifact_id} />}
          <Annotations
            of={run}
            list="runs"
            change={(annotationPatch) => api().annotateTrainingRun({ id, annotationPatch })}
          />
          <Where run={run} reached={[run.status, progress?.['stage'], progress?.['trial']].join()} />
          {run.artifact_id !== null && (
            <>
              <KeepModel artifactId={run.artifact_id} />
              <ModelCard id={run.artifact_id} />
            </>
          )}
        </>
      )}
    </Page>
  );
}

/** Of the dataset no more is asked than its name, and a run may outlive it. */
function useDataset(id: string): Dataset | undefined {
  return useLoad((signal) => api().getDataset({ id }, { signal }), [id]).data;
}

function About({ run }: { readonly run: TrainingRun }) {
  const dataset = useDataset(run.dataset_id);
  return (
    <>
      <Status of={run.status} /> {t().tasks[run.task]} · {t().modes[run.mode]} ·{' '}
      <a href={to(['datasets', run.dataset_id])}>{dataset?.name ?? t().datasets.one}</a> ·{' '}
      <Time at={run.queued_at} />
      {run.duration_seconds !== null && ` · ${seconds(run.duration_seconds)}`}
    </>
  );
}

function Actions({ run }: { readonly run: TrainingRun }) {
  const texts = t().runs;
  const cancel = () =>
    api()
      .cancelTrainingRun({ id: run.id })
      .then(() => say(texts.cancelled), complain);
  return (
    <>
      {!hasEnded(run) && (
        <button type="button" onClick={cancel}>
          {texts.cancel}
        </button>
      )}
      <a class="button" href={to(['datasets', run.dataset_id, 'train'])}>
        {texts.again}
      </a>
      {run.artifact_id !== null && (
        <a class="button primary" href={to(['artifacts', run.artifact_id])}>
          {texts.predict}
        </a>
      )}
    </>
  );
}

interface LiveProps {
  readonly run: TrainingRun;
  readonly progress: TrainingRunProgress | undefined;
}

function Live({ run, progress }: LiveProps) {
  const texts = t().runs;
  const details = { ...run.progress_details, ...progress } as Readonly<Record<string, unknown>>;
  const { stage, trial, trials, best_score, remaining_seconds } = details;
  const share = progress?.progress ?? run.progress;
  const isWaiting = run.status === 'queued';
  const name = isWaiting ? texts.waiting : (texts.stages[String(stage ?? 'start')] ?? String(stage));
  return (
    <Section title={texts.live}>
      <p class="stage" role="status">
        {name} …
      </p>
      <Progress label={name} value={isWaiting ? undefined : share} />
      <Facts
        of={[
          run.attempt > 1 && [texts.attempt, figure(run.attempt)],
          typeof trial === 'number' &&
            typeof trials === 'number' && [texts.trial, texts.trialOf(figure(trial), figure(trials))],
          typeof best_score === 'number' && [
            texts.best,
            <span key="best">
              {figure(run.task === 'classification' ? -best_score : best_score)}{' '}
              <span class="muted">{texts.bestHint[run.task]}</span>
            </span>,
          ],
          typeof remaining_seconds === 'number' && [texts.remaining, seconds(Math.round(remaining_seconds))],
        ]}
      />
    </Section>
  );
}

function Failure({ run: { error, error_type, trace_id } }: { readonly run: TrainingRun }) {
  return (
    <div class="notice bad" role="alert">
      <strong>{t().runs.failed}</strong>
      <p lang="en">
        {error} <code>{error_type}</code>
      </p>
      {trace_id && <p class="muted small">{t().problem.trace(trace_id)}</p>}
    </div>
  );
}

interface WhereProps {
  readonly run: TrainingRun;
  /** When that changes, there is more to see. */
  readonly reached: string;
}

/** Where the time went, here and in Grafana. */
function Where({ run, reached }: WhereProps) {
  const texts = t().runs;
  const trace = useLoad<TraceNode>(
    (signal) => api().traceTrainingRun({ id: run.id }, { signal }),
    [run.id, reached],
  );
  const links = [
    [texts.traceLink, run.trace_url],
    [texts.logsLink, run.logs_url],
    [texts.dashboardLink, run.dashboard_url],
  ] as const;
  return (
    <Section
      title={texts.waterfall}
      hint={texts.waterfallHint}
      actions={links.map(
        ([title, url]) =>
          url && (
            <a key={title} href={url} target="_blank" rel="noreferrer">
              {title} ↗
            </a>
          ),
      )}
    >
      <Shown of={trace}>{(node) => <Waterfall of={node} />}</Shown>
    </Section>
  );
}
