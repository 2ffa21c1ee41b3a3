import type { TrainingRun } from '../../client/index.ts';
import { Bars } from '../charts/bars.tsx';
import { Confusion } from '../charts/confusion.tsx';
import { count, figure, seconds } from '../format.ts';
import { metricsOf, scoresOf, type Trial } from '../metrics.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Table } from './table.tsx';

/** So many columns are worth a look. */
const MAX_IMPORTANCES = 12;

/** How good a run's model is, what it was chosen from, and what it looks at. */
export function Quality({ run }: { readonly run: TrainingRun }) {
  const texts = t().runs;
  const { search, classes, confusion_matrix } = metricsOf(run);
  return (
    <>
      <Scores run={run} />
      <div class="columns">
        {classes && confusion_matrix && (
          <Section title={texts.confusion} hint={texts.confusionHint}>
            <Confusion classes={classes} matrix={confusion_matrix} />
          </Section>
        )}
        <Importances run={run} />
      </div>
      {search && <Leaderboard of={search.leaderboard} />}
    </>
  );
}

function Scores({ run }: { readonly run: TrainingRun }) {
  const texts = t().runs;
  const { n_test = 0, n_train = 0, baseline } = metricsOf(run);
  const strategy = texts.baselineHint[String(baseline?.['strategy'])];
  return (
    <Section title={texts.figures} hint={texts.figuresHint(count(n_test), count(n_train))}>
      <dl class="scores">
        {scoresOf(run).map((score) => (
          <div key={score.name}>
            <dt>{texts.metrics[score.name]}</dt>
            <dd>
              {figure(score.value)}
              {score.baseline !== undefined && (
                <span class="muted small" title={strategy}>
                  {texts.baseline}: {figure(score.baseline)}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Importances({ run }: { readonly run: TrainingRun }) {
  const texts = t().runs;
  const { feature_importances = [], excluded = [] } = metricsOf(run);
  const bars = feature_importances
    .slice(0, MAX_IMPORTANCES)
    .map(({ feature, importance }) => ({ name: feature, value: importance }));
  return (
    <Section title={texts.importances} hint={texts.importancesHint[run.task]}>
      <Bars label={texts.importances} of={bars} />
      {excluded.length > 0 && (
        <p class="muted small">
          {texts.excluded}:{' '}
          {excluded
            .map(({ column, reason }) => `${column} (${texts.excludedReasons[reason] ?? reason})`)
            .join(', ')}
        </p>
      )}
    </Section>
  );
}

const written = (value: number | string | boolean) =>
  typeof value === 'number' ? figure(value) : String(value);

function Leaderboard({ of: trials }: { readonly of: readonly Trial[] }) {
  const texts = t().runs;
  const ranked = trials.map((trial, i) => ({ ...trial, rank: i + 1 }));
  return (
    <Section title={texts.leaderboard} hint={texts.leaderboardHint} class="flush">
      <Table
        caption={texts.leaderboard}
        rows={ranked}
        keyOf={({ rank }) => rank}
        columns={[
          {
            title: texts.candidate,
            cell: ({ rank, family }) => `${rank}. ${texts.algorithms[family] ?? family}`,
          },
          { title: texts.loss, isFigure: true, cell: ({ loss }) => figure(loss) },
          { title: texts.seconds, isFigure: true, cell: (trial) => seconds(trial.seconds) },
          {
            title: texts.settings,
            isExtra: true,
            cell: ({ settings }) => (
              <span class="muted small">
                {Object.entries(settings)
                  .map(([name, value]) => `${name} ${written(value)}`)
                  .join(' · ')}
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}
