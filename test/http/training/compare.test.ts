import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Run } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';

interface Comparison {
  readonly runs: readonly Run[];
  readonly measured_on_same_rows: boolean;
  readonly params: readonly { name: string; differs: boolean; values: unknown[] }[];
  readonly metrics: readonly { name: string; better: string; values: (number | null)[]; best: string[] }[];
  readonly importances: readonly { feature: string; values: (number | null)[] }[];
}

let app: TestApp;
let wine: string;
/** Alike, weaker, on other rows, and one that failed. */
let runs: Run[];
beforeAll(async () => {
  app = await startTestApp({ MAX_MODEL_ARTIFACTS: '0' });
  wine = (await app.api.uploadFile('wine_train.csv')).dataset_id;
  runs = [
    await app.api.train(wine),
    await app.api.train(wine, { params: { l2: 1e6 } }),
    await app.api.train(wine, { seed: 7 }),
  ];
  const { id } = await app.api.train(wine);
  const failure = {
    status: 'failed' as const,
    metrics: null,
    metrics_summary: null,
    artifact_id: null,
    error: 'It broke.',
  };
  await app.sql.updateTable('training_runs').set(failure).where('id', '=', id).execute();
  runs.push(await app.api.run(id));
});
afterAll(() => app[Symbol.asyncDispose]());

const ask = (ids: readonly string[], dataset = wine) =>
  app.api.call(`/datasets/${dataset}/runs/compare?ids=${ids.join(',')}`);
const compare = async (...some: readonly Run[]) => {
  const answer = await ask(some.map(({ id }) => id));
  expect(answer.status).toBe(200);
  return app.api.json<Comparison>(answer);
};

describe('runs side by side', () => {
  test('have their figures in their order, and the best by what each figure means', async () => {
    const { metrics, runs: shown } = await compare(...runs);
    expect(shown.map(({ id, status }) => [id, status])).toEqual(runs.map(({ id, status }) => [id, status]));
    expect(metrics.map(({ name, better }) => [name, better])).toEqual([
      ['accuracy', 'higher'],
      ['precision', 'higher'],
      ['recall', 'higher'],
      ['f1', 'higher'],
      ['roc_auc', 'higher'],
      ['log_loss', 'lower'],
    ]);
    for (const { name, better, values, best } of metrics) {
      expect([name, values]).toEqual([name, runs.map((run) => run.metrics?.[name] ?? null)]);
      const there = values.filter((value) => value !== null);
      const wanted = better === 'higher' ? Math.max(...there) : Math.min(...there);
      expect([name, best]).toEqual([name, runs.filter((_, i) => values[i] === wanted).map(({ id }) => id)]);
    }
  });

  test('say in what they were asked for differently, and whether they were measured alike', async () => {
    const [first, weak, elsewhere, failed] = runs as [Run, Run, Run, Run];
    const { params, measured_on_same_rows } = await compare(first, weak, elsewhere);
    expect(params).toEqual([
      { name: 'mode', differs: false, values: ['light', 'light', 'light'] },
      { name: 'seed', differs: true, values: [42, 42, 7] },
      { name: 'l2', differs: true, values: [null, 1e6, null] },
    ]);
    expect(measured_on_same_rows).toBe(false);
    expect((await compare(first, weak, failed)).measured_on_same_rows).toBe(true);
  });

  test('have the importance of each column to each of them, the most important first', async () => {
    const { importances } = await compare(...runs);
    expect(importances).toHaveLength(13);
    for (const { feature, values } of importances)
      expect([feature, values]).toEqual([
        feature,
        runs.map(
          ({ metrics }) =>
            (metrics?.['feature_importances'] as { feature: string; importance: number }[] | undefined)?.find(
              (one) => one.feature === feature,
            )?.importance ?? null,
        ),
      ]);
    const greatest = importances.map(({ values }) => Math.max(...values.map((value) => value ?? 0)));
    expect(greatest).toEqual(greatest.toSorted((a, b) => b - a));
  });

  test('have their durations, warnings, errors, tags and notes', async () => {
    await app.sql
      .updateTable('training_runs')
      .set({ tags: '{"kept":""}', note: 'why' })
      .where('id', '=', runs[0]?.id as string)
      .execute();
    const { runs: shown } = await compare(...runs);
    expect(shown[0]).toMatchObject({
      duration_seconds: runs[0]?.['duration_seconds'],
      warnings: runs[0]?.['warnings'],
      error: null,
      tags: { kept: '' },
      note: 'why',
    });
    expect(shown[3]).toMatchObject({ status: 'failed', error: 'It broke.', artifact_id: null });
  });

  test('may be one alone, and one named twice is one', async () => {
    const [first] = runs as [Run];
    expect((await compare(first, first)).runs).toHaveLength(1);
  });
});

describe('what is not compared', () => {
  test('runs of another dataset, of another target or task: never a leaderboard of what has nothing in common', async () => {
    const other = await app.api.uploadFile('wine_train.csv');
    const elsewhere = await app.api.train(other.dataset_id);
    const says = (ids: string[]) => ask(ids).then((answer) => expectProblem(answer, 422, 'unusable_data'));
    const [{ id }] = runs as [Run];
    expect(await says([id, elsewhere.id])).toContain('Only runs of this dataset');
    expect(await says([elsewhere.id])).toContain('Only runs of this dataset');
    const f0 = await app.api.train(wine, { target: 'f0' });
    const asNumber = await app.api.train(wine, { task: 'regression' });
    for (const another of [f0, asNumber])
      expect(await says([id, another.id])).toContain('one target and task');
  });

  test('runs that are not there, more than ten, none', async () => {
    const [{ id }] = runs as [Run];
    for (const none of ['01900000-0000-7000-8000-000000000000', 'x', ''])
      await expectProblem(await ask([id, none]), 404, 'not_found');
    const many = Array.from({ length: 11 }, (_, i) => `${i}`);
    expect(await expectProblem(await ask(many), 400, 'invalid_request')).toContain('at most 10');
    await expectProblem(await app.api.call(`/datasets/${wine}/runs/compare`), 400, 'invalid_request');
  });
});
