import { expect, test } from 'vitest';
import { meantName } from '../src/nearest-name.ts';

test.each([
  ['limt', 'limit'],
  ['LIMIT', 'limit'],
  ['dataset-id', 'dataset_id'],
  ['datasetId', 'dataset_id'],
  ['taks', 'task'],
])('%s is meant for %s', (name, meant) => {
  expect(meantName(name, ['task', 'limit', 'dataset_id', 'cursor'])).toBe(meant);
});

test.each(['x', 'id', 'file', 'page', 'epochs', ''])('%j is meant for none of them', (name) => {
  expect(meantName(name, ['mode', 'task', 'limit', 'dataset_id', 'cursor'])).toBeUndefined();
});

test('a name that is longer than any slip is compared with none', () => {
  expect(meantName('a'.repeat(1_000_000), ['a'.repeat(1_000_000)])).toBeUndefined();
});
