import { expect, test } from 'vitest';
import { startTestApp } from '../../support/app.ts';
import { expectProblem } from '../../support/problem.ts';

test('a run says how its figures vary over folds; a list leaves that out', async () => {
  await using app = await startTestApp();
  const { dataset_id } = await app.api.uploadFile('wine_train.csv');
  const run = await app.api.train(dataset_id, { params: { cross_validation: 3 } });
  const scores = {
    mean: expect.any(Number),
    std: expect.any(Number),
    values: Array(3).fill(expect.any(Number)),
  };
  expect(run.metrics).toMatchObject({
    cross_validation: { folds: 3, repeats: 1, rows: 133, used_for_selection: false, accuracy: scores },
  });
  const list = await app.api.json<{ items: { metrics: object }[] }>(await app.api.call('/training-runs'));
  expect(list.items[0]?.metrics).not.toHaveProperty('cross_validation');
  for (const cross_validation of [1, 11, 2.5, 'five']) {
    const body = { dataset_id, mode: 'light', params: { cross_validation } };
    const detail = await expectProblem(await app.api.post('/training-runs', body), 400, 'invalid_request');
    expect(detail).toContain('"cross_validation" must be 0 or a whole number from 2 to 10');
  }
});
