/**
 * Mutation test of the dashboards: makes one small mistake after the other in the queries that Grafana sends and counts
 * how many of them show something else than test/infra/panels/statements.ts says, in some world.
 *
 *   npm run mutants:panels [-- PART OF A PANEL'S NAME]
 */
import { type GrafanaQuery, grafanaQueries } from '../infra/monitoring-files.ts';
import { casesOf, nativeWorlds, questionsOf, RULES, testOf, worlds } from '../infra/panels/cases.ts';
import { asksNativeHistograms, startNativeWorlds } from '../infra/panels/native.ts';
import { failuresOf } from '../infra/promtool.ts';
import { type Mutant, mutantsOf, mutantsWithoutMatcher } from './mutate.ts';
import { printScore, type Verdict } from './score.ts';

interface PanelMutant extends Mutant {
  readonly query: GrafanaQuery;
}

const wanted = process.argv[2] ?? '';
/** What several boards ask in the same words is asked once. */
const queries = [
  ...new Map(
    grafanaQueries
      .filter(({ where }) => where.includes(wanted))
      .map((query) => [`${query.expr} ${query.interval} ${query.legend}`, query]),
  ).values(),
];

const asTheyAre = worlds.map((world) =>
  testOf(
    world,
    queries.flatMap((query) => casesOf(world, query)),
  ),
);
if ((await failuresOf(RULES, asTheyAre)).length > 0)
  throw new Error('Some query does not show what it must: its mistakes would seem to be found.');

const all = queries.flatMap((query): readonly PanelMutant[] =>
  [...mutantsOf(query.expr), ...mutantsWithoutMatcher(query.expr)].map((mutant) => ({ ...mutant, query })),
);
const killed = new Set<number>();
for (const world of worlds) {
  const cases = all.flatMap(({ query, expr }, number) =>
    killed.has(number) ? [] : casesOf(world, query, { expr, name: String(number) }),
  );
  for (const { expr } of await failuresOf(RULES, [testOf(world, cases)]))
    killed.add(Number(/\d+$/.exec(expr)?.[0]));
  process.stderr.write(`${killed.size} of ${all.length} found: ${world.title}\n`);
}
// What only matters where histograms are native.
const left = all.filter(({ query }, number) => !killed.has(number) && asksNativeHistograms(query));
if (left.length > 0) {
  await using prometheus = await startNativeWorlds(nativeWorlds);
  for (const world of nativeWorlds) {
    for (const { query, expr } of left) {
      const number = all.findIndex((mutant) => mutant.query === query && mutant.expr === expr);
      if (killed.has(number)) continue;
      const questions = questionsOf(world, query, { expr, name: String(number) });
      if ((await prometheus.failuresOf(world, questions)).length > 0) killed.add(number);
    }
    process.stderr.write(`${killed.size} of ${all.length} found: ${world.title}, native histograms\n`);
  }
}
printScore(
  all.map(
    ({ query, change }, number): Verdict => ({ where: query.where, change, killed: killed.has(number) }),
  ),
);
