import { describe, expect, test } from 'vitest';
import { hasProgram } from '../support/programs.ts';
import { dashboards, grafanaQueries, type Panel, queryPanels } from './monitoring-files.ts';
import { casesOf, nativeWorlds, questionsOf, RULES, statementOf, testOf, worlds } from './panels/cases.ts';
import { asksNativeHistograms, startNativeWorlds } from './panels/native.ts';
import { STATEMENTS } from './panels/statements.ts';
import { failuresOf } from './promtool.ts';

describe('what each query of the dashboards must show', () => {
  test('is stated for every one of them', () => {
    expect(grafanaQueries.filter((query) => !statementOf(query)).map(({ where }) => where)).toEqual([]);
  });

  test('is stated of none that is not there', () => {
    const asked = new Set(grafanaQueries.map(({ title, legend }) => `${title} / ${legend}`));
    const stated = Object.entries(STATEMENTS).flatMap(([title, legends]) =>
      Object.keys(legends).map((legend) => `${title} / ${legend}`),
    );
    expect(stated.filter((statement) => !asked.has(statement))).toEqual([]);
  });

  test('is something, in some world', () => {
    const silent = grafanaQueries.filter((query) =>
      worlds.every((world) => casesOf(world, query).every(({ exp_samples }) => exp_samples.length === 0)),
    );
    expect(silent.map(({ where }) => where)).toEqual([]);
  });

  test('is words, where nothing has happened and there is nothing to show', () => {
    const young = worlds.find(({ title }) => title.startsWith('nothing has happened yet'));
    const shows = (panel: Panel) =>
      grafanaQueries
        .filter(({ title, legend }) =>
          panel.targets?.some(({ legendFormat }) => panel.title === title && legendFormat === legend),
        )
        .some((query) => young && casesOf(young, query).some(({ exp_samples }) => exp_samples.length > 0));
    const mute = dashboards
      .flatMap(queryPanels)
      .filter((panel) => !panel.fieldConfig.defaults.noValue && !shows(panel));
    expect(young).toBeDefined();
    expect(mute.map(({ title }) => title)).toEqual([]);
  });

  test.skipIf(!hasProgram('promtool'))(
    'is what it shows: of all, and of the job, instance or route that is chosen (program: promtool)',
    async () => {
      const tests = worlds.map((world) =>
        testOf(
          world,
          grafanaQueries.flatMap((query) => casesOf(world, query)),
        ),
      );
      expect(await failuresOf(RULES, tests)).toEqual([]);
    },
  );

  test.skipIf(!hasProgram('prometheus'))(
    'is what it shows where histograms are native (program: prometheus)',
    async () => {
      await using prometheus = await startNativeWorlds(nativeWorlds);
      const queries = grafanaQueries.filter(asksNativeHistograms);
      for (const world of nativeWorlds)
        expect(
          await prometheus.failuresOf(
            world,
            queries.flatMap((query) => questionsOf(world, query)),
          ),
          world.title,
        ).toEqual([]);
    },
  );
});
