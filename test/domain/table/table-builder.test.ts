import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { WantedColumn } from '../../../src/domain/table/duckdb-source.ts';
import { blocksOf, selectionOf } from '../../../src/domain/table/table-builder.ts';

test('blocks shorter than the chunks that DuckDB hands over hold every row once, in order', async () => {
  const wanted: readonly WantedColumn[] = [
    { name: 'n', as: 'number' },
    { name: 'label', as: 'text' },
  ];
  const source = { from: 'range(5000) t(i)', expressions: ['i::DOUBLE', "nullif((i % 7)::VARCHAR, '3')"] };
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const rows: [number, string | undefined][] = [];
  const lengths: number[] = [];

  const result = await connection.stream(selectionOf(source, wanted));
  for await (const { columns } of blocksOf(result, wanted, 700)) {
    const [n, label] = columns;
    if (n?.kind !== 'number' || label?.kind !== 'category') throw new Error('other columns');
    lengths.push(n.values.length);
    for (const [i, value] of n.values.entries()) rows.push([value, label.labels[label.codes[i]!]]);
  }
  connection.closeSync();
  instance.closeSync();

  expect(lengths).toEqual([700, 700, 700, 700, 700, 700, 700, 100]);
  expect(rows).toEqual(Array.from({ length: 5000 }, (_, i) => [i, i % 7 === 3 ? undefined : String(i % 7)]));
});
