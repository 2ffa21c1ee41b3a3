import { useState } from 'preact/hooks';
import type { Dataset, TrainingRun, TrainingRunComparison } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { figure, fromNow } from '../format.ts';
import { scoresOf } from '../metrics.ts';
import { Compared } from '../parts/compared.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';

/** So many the service compares at a time. */
const MOST = 10;
/** So many are compared before somebody chooses. */
const AT_FIRST = 4;
const LISTED = 50;

interface Whole {
  readonly dataset: Dataset;
  readonly runs: readonly TrainingRun[];
}

async function whole(id: string, signal: AbortSignal): Promise<Whole> {
  const [dataset, { items }] = await Promise.all([
    api().getDataset({ id }, { signal }),
    api().listTrainingRuns({ dataset_id: id, status: 'succeeded', limit: LISTED }, { signal }),
  ]);
  return { dataset, runs: items };
}

/** Runs of a dataset side by side. */
export function ComparePage({ id }: { readonly id: string }) {
  const texts = t().compare;
  const loaded = useLoad((signal) => whole(id, signal), [id]);
  const { data } = loaded;
  return (
    <Page
      title={texts.title}
      about={data && <a href={to(['datasets', id])}>{texts.of(data.dataset.name)}</a>}
    >
      <Shown of={loaded}>
        {({ runs }) =>
          runs.length === 0 ? (
            <Empty title={texts.empty} hint={texts.emptyHint}>
              <a class="button primary" href={to(['datasets', id, 'train'])}>
                {t().datasets.train}
              </a>
            </Empty>
          ) : (
            <Choice id={id} runs={runs} />
          )
        }
      </Shown>
    </Page>
  );
}

/** Only runs that predict the same can be held against each other. */
const kindOf = ({ target, task }: TrainingRun) => JSON.stringify([target, task]);

function Choice({ id, runs }: { readonly id: string; readonly runs: readonly TrainingRun[] }) {
  const texts = t().compare;
  const kinds = [...new Map(runs.map((run) => [kindOf(run), run]))];
  const [kind, setKind] = useState(kinds[0]?.[0]);
  const alike = runs.filter((run) => kindOf(run) === kind);
  const [given, setGiven] = useState<readonly string[]>();
  /** The newest first, as they are listed. */
  const chosen = alike.filter((run, i) => given?.includes(run.id) ?? i < AT_FIRST).map((run) => run.id);
  const ids = chosen.join();
  const compared = useLoad<TrainingRunComparison | undefined>(
    async (signal) => (ids === '' ? undefined : api().compareTrainingRuns({ id, ids }, { signal })),
    [id, ids],
  );
  return (
    <>
      <Section
        title={texts.choose}
        hint={texts.chooseHint(MOST)}
        actions={
          kinds.length > 1 && (
            <select
              aria-label={t().runs.target}
              value={kind}
              onChange={({ currentTarget }) => {
                setKind(currentTarget.value);
                setGiven(undefined);
              }}
            >
              {kinds.map(([name, { target, task }]) => (
                <option key={name} value={name}>
                  {target} · {t().tasks[task]}
                </option>
              ))}
            </select>
          )
        }
      >
        <ul class="choose">
          {alike.map((run) => {
            const isChosen = chosen.includes(run.id);
            return (
              <li key={run.id}>
                <label class="check">
                  <input
                    type="checkbox"
                    checked={isChosen}
                    disabled={!isChosen && chosen.length === MOST}
                    onChange={() =>
                      setGiven(isChosen ? chosen.filter((one) => one !== run.id) : [...chosen, run.id])
                    }
                  />
                  <RunName of={run} />
                </label>
              </li>
            );
          })}
        </ul>
      </Section>
      {ids !== '' && (
        <Shown of={compared}>{(comparison) => comparison && <Compared of={comparison} />}</Shown>
      )}
    </>
  );
}

function RunName({ of: run }: { readonly of: TrainingRun }) {
  const [score] = scoresOf(run);
  return (
    <span>
      {t().modes[run.mode]}, {fromNow(run.queued_at)}
      {score && (
        <span class="muted">
          {' '}
          · {t().runs.metrics[score.name]} {figure(score.value)}
        </span>
      )}
    </span>
  );
}
