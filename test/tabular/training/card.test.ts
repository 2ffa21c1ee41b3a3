import { expect, test } from 'vitest';
import { createCard, train } from '../../../src/tabular/training/train.ts';
import { readCsv } from './read-csv.ts';

test('the card tells the columns, the figures, the data and the seed, and survives JSON', async () => {
  const wine = readCsv(new URL('../../data/wine_train.csv', import.meta.url), ['target']);
  const spec = { mode: 'light', target: 'target', seed: 7, params: { l2: 2 } } as const;
  const run = await train(wine, spec, { onProgress() {} });
  const data = { name: 'wine.csv', sha256: 'ab'.repeat(32) };
  const card = createCard(run, spec, data, undefined, { node: '24.0.0' }, new Date(0));
  expect(JSON.parse(JSON.stringify(card))).toEqual(card);
  expect(card).toMatchObject({
    created_at: '1970-01-01T00:00:00.000Z',
    task: 'classification',
    classes: ['0', '1', '2'],
    seed: 7,
    params: { l2: 2 },
    data,
    versions: { node: '24.0.0' },
  });
  expect(card.columns).toHaveLength(13);
  expect(card.columns[0]).toEqual({ name: 'f0', type: 'number' });
  expect(card.metrics).toEqual(run.metrics);
});
