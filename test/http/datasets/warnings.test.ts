import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** In every ninth row a word stands for the price. */
const ODD = `price,same,target\n${Array.from({ length: 40 }, (_, i) => `${i % 9 ? 100 + i : 'unknown'},x,${i % 2}\n`).join('')}`;

test('a dataset carries its warnings in the answer to its upload, at its address and in lists', async () => {
  const dataset = await app.api.upload('odd.csv', ODD);
  expect(dataset['warnings']).toEqual([
    {
      code: 'looks_like_number',
      column: 'price',
      message:
        'Column "price" is taken for text, though 35 of 40 values that were looked at look like numbers: "unknown" does not. Leave such cells empty, or name them in the option na_values.',
    },
    { code: 'constant', column: 'same', message: 'Column "same" has the same value in every row.' },
  ]);
  const { warnings } = dataset;
  const one = await app.api.json(await app.api.call(`/datasets/${dataset.dataset_id}`));
  expect(one['warnings']).toEqual(warnings);
  const { items } = await app.api.json<{ items: object[] }>(await app.api.call('/datasets'));
  expect(items).toEqual([expect.objectContaining({ dataset_id: dataset.dataset_id, warnings })]);
});

test('a table without oddities has none', async () => {
  const { warnings } = await app.api.uploadFile('wine_train.csv');
  expect(warnings).toEqual([]);
});

test('a table that arrives while it is looked at has them too', async () => {
  const rows = Array.from(
    { length: 500_000 },
    (_, i) => `${i % 977},${(i * 7) % 613},always the same,${i % 2}\n`,
  );
  const { warnings } = await app.api.upload('large.csv', `a,b,same,target\n${rows.join('')}`);
  expect(warnings).toMatchObject([{ code: 'constant', column: 'same' }]);
});
