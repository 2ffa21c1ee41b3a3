import { expect, test } from 'vitest';
import { LabelTable } from '../../../../src/domain/model/batch/label-table.ts';

test('each different text has one number, in the order they come, the empty one too', () => {
  const texts = [
    '',
    'red',
    'Ünïcode 🦆',
    'red',
    '',
    '__proto__',
    ...Array.from({ length: 20_000 }, (_, i) => `label ${i % 9000}`),
  ];
  const labels = [...new Set(texts)];
  const table = new LabelTable();
  const entries = texts.map((text) => {
    const bytes = Buffer.from(`..${text}..`);
    return table.entryOf(bytes, 2, bytes.length - 2);
  });
  expect(table.labels).toEqual(labels);
  expect(entries.map((entry) => table.labels[entry])).toEqual(texts);
});
