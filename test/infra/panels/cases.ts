import { fileURLToPath } from 'node:url';
import {
  asSent,
  everything,
  leastStep,
  rateInterval,
} from '../../../infra/monitoring/grafana/preview/variables.ts';
import { type GrafanaQuery, grafanaQueries, ROOT, recordings } from '../monitoring-files.ts';
import { type ExpressionCase, type PromtoolTest, selectorOf } from '../promtool.ts';
import type { Figure, Sample, View } from './figures.ts';
import { STATEMENTS } from './statements.ts';
import { createWorlds, inputsOf, SCRAPE, type World } from './worlds.ts';

/** Makes the copies that counting panels ask for. */
export const RULES = [fileURLToPath(new URL('infra/monitoring/prometheus/rules/dashboards.yml', ROOT))];
const RANGE = 20 * 60;
const CHOICES: readonly View['chosen'][] = [
  {},
  { job: 'backend', instance: 'a:8000', route: '/api/ml/v1/datasets' },
  { instance: 'b:8000' },
  { route: '/api/ml/v1/artifacts/:id' },
];

const recorded = new Set(recordings.map(({ record }) => record));
export const worlds = createWorlds(grafanaQueries, recorded, 'classic');
/** In which histograms are native. */
export const nativeWorlds = createWorlds(grafanaQueries, recorded, 'native');

export const statementOf = ({ title, legend }: GrafanaQuery): Figure | undefined =>
  STATEMENTS[title]?.[legend];

/** As many digits as a figure of that size can be told from another by, so that the last bits don't matter. */
function precisionOf(samples: readonly Sample[]): number {
  const largest = Math.max(0, ...samples.map(({ value }) => Math.abs(value)));
  return 10 ** ((largest === 0 ? 0 : Math.floor(Math.log10(largest))) - 7);
}
/** As PromQL's own round() does it. */
const rounded = (value: number, precision: number) => {
  const inverse = 1 / precision;
  return Math.floor(value * inverse + 0.5) / inverse;
};

interface Asked {
  readonly expr: string;
  /** Stands behind the expression, as a comment. */
  readonly name: string;
}

/** What is sent of a query in a world, and what must come of it. */
export interface Question {
  readonly sent: string;
  readonly name: string;
  readonly samples: readonly Sample[];
}

/**
 * A query with everything chosen, with one of each, and with one instance or route alone.
 * @param asked the query itself, or what is to be tried in its place
 */
export function questionsOf(
  world: World,
  query: GrafanaQuery,
  { expr, name }: Asked = { expr: query.expr, name: query.where },
): readonly Question[] {
  const times = { step: leastStep(query, SCRAPE), range: RANGE, scrapeInterval: SCRAPE };
  return CHOICES.map((chosen) => {
    const view: View = { world, chosen, step: times.step, rate: rateInterval(times), range: RANGE };
    return {
      name,
      sent: asSent(expr, { ...everything(query.variables), ...chosen }, times),
      samples: statementOf(query)?.(view) ?? [],
    };
  });
}

/** The same for promtool. */
export const casesOf = (world: World, query: GrafanaQuery, asked?: Asked): readonly ExpressionCase[] =>
  questionsOf(world, query, asked).map(({ name, sent, samples }) => {
    const precision = precisionOf(samples);
    // round() takes away the name, which only the variables' queries ask for.
    const named = samples.some(({ labels }) => '__name__' in labels);
    return {
      expr: `${named ? sent : `round(${sent}, ${precision})`} # ${name}`,
      eval_time: `${world.now}s`,
      exp_samples: samples.map(({ labels, value }) => ({
        labels: selectorOf('', labels),
        value: named ? value : rounded(value, precision),
      })),
    };
  });

export const testOf = (world: World, cases: readonly ExpressionCase[]): PromtoolTest => ({
  interval: `${SCRAPE}s`,
  input_series: inputsOf(world),
  promql_expr_test: cases,
});
