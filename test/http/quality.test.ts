import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Run } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';

const SCORES = ['accuracy', 'precision', 'recall', 'f1', 'r2', 'mse', 'mae'] as const;
type Point = Record<string, string | number | null>;

interface Group {
  readonly dataset_id: string;
  readonly target: string;
  readonly task: string;
  readonly count: number;
  readonly scores: readonly {
    readonly name: string;
    readonly better: string;
    readonly avg: number;
    readonly best: number;
    readonly best_run_id: string;
    readonly latest: number;
  }[];
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ MAX_MODEL_ARTIFACTS: '0' });
});
afterAll(() => app[Symbol.asyncDispose]());

const trends = async (query = '') =>
  (await app.api.json<{ trends: Point[] }>(await app.api.call(`/metrics/trends${query}`))).trends;
const summary = async (query = '') =>
  app.api.json<{ aggregates: Point; groups: Group[]; trends: Point[] }>(
    await app.api.call(`/metrics/summary${query}`),
  );

test('before any run there are no trends, and every aggregate is 0 or null', async () => {
  expect(await trends()).toEqual([]);
  const nulls = Object.fromEntries(
    SCORES.flatMap((score) => [`avg_${score}`, `best_${score}`].map((name) => [name, null])),
  );
  expect(await summary()).toEqual({
    aggregates: { count: 0, classification_count: 0, regression_count: 0, ...nulls },
    groups: [],
    trends: [],
  });
});

describe('with runs of both tasks and modes', () => {
  /** In the order they ended. */
  const runs: Run[] = [];
  beforeAll(async () => {
    const wine = await app.api.uploadFile('wine_train.csv');
    const diabetes = await app.api.uploadFile('diabetes_train.csv');
    const bad = await app.api.upload('bad.csv', 'x,target\n1,a\n2,b\n3,a\n');
    const failed = await app.api.train(bad.dataset_id);
    expect(failed.status).toBe('failed');
    for (const seed of [1, 2]) {
      runs.push(await app.api.train(wine.dataset_id, { seed }));
      runs.push(await app.api.train(diabetes.dataset_id, { seed }));
    }
    const small = `x,target\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`;
    const { dataset_id } = await app.api.upload('small.csv', small);
    runs.push(await app.api.train(dataset_id, { mode: 'heavy' }));
    expect(runs.map(({ status }) => status)).toEqual(Array(5).fill('succeeded'));
  });

  const point = (run: Run): Point => ({
    run_id: run.id,
    artifact_id: run.artifact_id,
    dataset_id: run['dataset_id'] as string,
    mode: run['mode'] as string,
    task: run['task'] as string,
    target: run['target'] as string,
    finished_at: run['finished_at'] as string,
    ...Object.fromEntries(SCORES.map((score) => [score, (run.metrics[score] as number | undefined) ?? null])),
  });

  test('the trends are the successful runs, oldest first, with their scores', async () => {
    expect(await trends()).toEqual(runs.map(point));
  });

  test('limit takes the newest of them, still oldest first', async () => {
    expect(await trends('?limit=2')).toEqual(runs.slice(-2).map(point));
  });

  test('mode takes only its own', async () => {
    expect(await trends('?mode=heavy')).toEqual(runs.slice(4).map(point));
    expect(await trends('?mode=light')).toEqual(runs.slice(0, 4).map(point));
    expect(await trends('?mode=light&limit=1')).toEqual([point(runs[3] as Run)]);
  });

  test('the summary counts them, and averages each score over the runs that have it', async () => {
    const { aggregates, trends: listed } = await summary();
    expect(listed).toEqual(await trends());
    expect(aggregates).toMatchObject({ count: 5, classification_count: 3, regression_count: 2 });
    for (const score of SCORES) {
      const values = listed.map((entry) => entry[score]).filter((value) => value !== null) as number[];
      expect([score, values.length]).toEqual([score, ['r2', 'mse', 'mae'].includes(score) ? 2 : 3]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(aggregates[`avg_${score}`]).toBeCloseTo(mean, 9);
    }
  });

  test('the best score is the highest, of an error the lowest', async () => {
    const { aggregates } = await summary();
    const of = (score: (typeof SCORES)[number]) =>
      runs.map(({ metrics }) => metrics[score] as number | undefined).filter((value) => value !== undefined);
    for (const score of ['accuracy', 'precision', 'recall', 'f1', 'r2'] as const)
      expect(aggregates[`best_${score}`]).toBe(Math.max(...of(score)));
    for (const score of ['mse', 'mae'] as const)
      expect(aggregates[`best_${score}`]).toBe(Math.min(...of(score)));
  });

  test('the summary looks at the same runs as the trends of the same query', async () => {
    const { aggregates, trends: listed } = await summary('?mode=light&limit=2');
    expect(listed).toEqual(await trends('?mode=light&limit=2'));
    expect(aggregates).toMatchObject({ count: 2, classification_count: 1, regression_count: 1 });
  });

  test('the summary speaks of each dataset and target by itself, of which a run ended last in front', async () => {
    const { groups } = await summary();
    expect(groups.map(({ dataset_id, target, task, count }) => [dataset_id, target, task, count])).toEqual([
      [runs[4]?.['dataset_id'], 'target', 'classification', 1],
      [runs[1]?.['dataset_id'], 'target', 'regression', 2],
      [runs[0]?.['dataset_id'], 'target', 'classification', 2],
    ]);
    const [, diabetes, wine] = groups as [Group, Group, Group];
    for (const [group, own, names] of [
      [diabetes, [runs[1], runs[3]], ['r2', 'mse', 'mae']],
      [wine, [runs[0], runs[2]], ['accuracy', 'precision', 'recall', 'f1']],
    ] as [Group, [Run, Run], string[]][]) {
      expect(group).toMatchObject({ latest_run_id: own[1].id, latest_finished_at: own[1]['finished_at'] });
      expect(group.scores.map(({ name }) => name)).toEqual(names);
      for (const { name, better, avg, best, best_run_id, latest } of group.scores) {
        const values = own.map(({ metrics }) => metrics[name] as number) as [number, number];
        expect([name, better]).toEqual([name, name === 'mse' || name === 'mae' ? 'lower' : 'higher']);
        expect(avg).toBeCloseTo((values[0] + values[1]) / 2, 9);
        const wanted = better === 'lower' ? Math.min(...values) : Math.max(...values);
        expect([name, best, latest]).toEqual([name, wanted, values[1]]);
        expect(best_run_id).toBe(own[values.indexOf(wanted)]?.id);
      }
    }
  });

  test('a dataset, a target and a task take only their own', async () => {
    const dataset = runs[1]?.['dataset_id'];
    const own = [runs[1] as Run, runs[3] as Run].map(point);
    expect(await trends(`?dataset_id=${dataset}`)).toEqual(own);
    expect(await trends(`?dataset_id=${dataset}&target=target&mode=light`)).toEqual(own);
    expect(await trends(`?dataset_id=${dataset}&target=other`)).toEqual([]);
    expect(await trends('?task=regression')).toEqual(own);
    const { aggregates, groups } = await summary(`?dataset_id=${dataset}`);
    expect(aggregates).toMatchObject({ count: 2, regression_count: 2, avg_accuracy: null });
    expect(groups).toHaveLength(1);
  });

  test('a deleted model stays in the trends, without its id', async () => {
    const run = runs[0] as Run;
    await app.api.call(`/artifacts/${run.artifact_id}`, { method: 'DELETE' });
    expect((await trends())[0]).toEqual({ ...point(run), artifact_id: null });
  });
});

test.each([
  'mode=medium',
  'limit=0',
  'limit=-1',
  'limit=x',
  'limit=100000',
  'target=x',
  'dataset_id=x',
  'task=both',
])('%s is refused', async (query) => {
  await expectProblem(await app.api.call(`/metrics/trends?${query}`), 400, 'invalid_request');
  await expectProblem(await app.api.call(`/metrics/summary?${query}`), 400, 'invalid_request');
});
