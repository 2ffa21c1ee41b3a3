import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Run } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';

type Json = Record<string, unknown>;
type Decision = Record<'precision' | 'recall' | 'f1' | 'predicted_positive' | 'cost', number> & {
  threshold: number | null;
};
interface Thresholds {
  rows: Decision[];
  current: Decision;
  cheapest?: Decision;
}
interface Classes {
  class: string;
  n_positive: number;
  roc: { fpr: number[]; tpr: number[]; thresholds: (number | null)[] };
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ MAX_MODEL_ARTIFACTS: '0' });
});
afterAll(() => app[Symbol.asyncDispose]());

const ask = (id: string, query = '') => app.api.call(`/artifacts/${id}/evaluation${query}`);
const evaluation = async (id: string, query?: string): Promise<Json> => {
  const response = await ask(id, query);
  const answer = await app.api.json<Json>(response);
  expect([response.status, answer]).toEqual([200, expect.anything()]);
  return answer;
};

describe('of two classes', () => {
  let run: Run;
  beforeAll(async () => {
    const lines = Array.from({ length: 400 }, (_, i) => {
      const x = Math.sin(i * 7.7);
      return `${x},${Math.cos(i * 3.1)},${x + Math.sin(i * 1.3) > 0.4 ? 'left' : 'active'}`;
    });
    const { dataset_id } = await app.api.upload('churn.csv', `x,z,state\n${lines.join('\n')}\n`);
    run = await app.api.train(dataset_id, { target: 'state' });
  });

  test('the curves of the second one agree with the figures of the run', async () => {
    const { n_test, classes, ...rest } = await evaluation(run.artifact_id);
    expect(rest).toMatchObject({ task: 'classification', n_classes: 2 });
    expect(n_test).toBe(run.metrics['n_test']);
    const [{ class: label, roc }] = classes as [Classes];
    expect(label).toBe('left');
    const area = roc.fpr
      .slice(1)
      .reduce((sum, x, i) => sum + ((x - roc.fpr[i]!) * (roc.tpr[i]! + roc.tpr[i + 1]!)) / 2, 0);
    expect(area).toBeCloseTo(run.metrics['roc_auc'] as number, 2);
    expect(roc.thresholds.length).toBeLessThanOrEqual(100);
    expect(rest['partial_dependence']).toMatchObject({
      classes: ['left'],
      features: (run.metrics['feature_importances'] as { feature: string }[]).map(({ feature }) => ({
        feature,
      })),
    });
  });

  test('the thresholds say what the model predicts by itself, and with costs which is the cheapest', async () => {
    const { thresholds } = (await evaluation(run.artifact_id)) as unknown as { thresholds: Thresholds };
    const [[, wrong], [missed, hits]] = run.metrics['confusion_matrix'] as [[0, number], [number, number]];
    expect(thresholds.current).toMatchObject({
      precision: hits / (hits + wrong),
      recall: hits / (hits + missed),
    });
    expect(thresholds).not.toHaveProperty('cheapest');

    const query = '?false_negative_cost=50';
    const costed = (await evaluation(run.artifact_id, query)) as unknown as { thresholds: Thresholds };
    const { cheapest, current, rows } = costed.thresholds;
    expect(current.cost).toBeCloseTo((wrong + 50 * missed) / (run.metrics['n_test'] as number), 12);
    expect(cheapest?.cost).toBe(Math.min(...rows.map(({ cost }) => cost)));
    expect(cheapest?.recall).toBeGreaterThan(current.recall);
  });

  test('costs that are none are refused', async () => {
    for (const query of ['?false_positive_cost=-1', '?false_negative_cost=much', '?false_positive=1'])
      await expectProblem(await ask(run.artifact_id, query), 400, 'invalid_request');
  });

  test('neither the model nor a list grows by it', async () => {
    for (const path of [`/artifacts/${run.artifact_id}`, '/artifacts', `/training-runs/${run.id}`]) {
      const text = await (await app.api.call(path)).text();
      expect(text).not.toContain('thresholds');
      expect(text).not.toContain('true_positives');
    }
  });

  test('of a model from before it was kept the answer says so', async () => {
    await app.sql
      .updateTable('artifacts')
      .set({ evaluation: null })
      .where('id', '=', run.artifact_id)
      .execute();
    const detail = await expectProblem(await ask(run.artifact_id), 404, 'not_found');
    expect(detail).toContain('Train it again');
  });
});

test('of three classes each has its curves, and there are no thresholds and no costs', async () => {
  const { dataset_id } = await app.api.uploadFile('wine_train.csv');
  const { artifact_id } = await app.api.train(dataset_id);
  const { classes, thresholds } = await evaluation(artifact_id);
  expect((classes as Classes[]).map((points) => points.class)).toEqual(['0', '1', '2']);
  expect(thresholds).toBeNull();
  await expectProblem(await ask(artifact_id, '?false_positive_cost=1'), 400, 'invalid_request');
});

test('of a regression there are residuals, and true beside predicted values', async () => {
  const { dataset_id } = await app.api.uploadFile('diabetes_train.csv');
  const { artifact_id, metrics } = await app.api.train(dataset_id);
  const answer = await evaluation(artifact_id);
  const { y_true, y_pred } = answer['predictions'] as Record<string, number[]>;
  expect(answer).toMatchObject({ task: 'regression', n_test: metrics['n_test'] });
  const squares = y_true!.map((value, i) => (value - y_pred![i]!) ** 2);
  const mse = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  expect(mse).toBeCloseTo(metrics['mse'] as number, 6);
  await expectProblem(await ask(artifact_id, '?false_positive_cost=1'), 400, 'invalid_request');
});
