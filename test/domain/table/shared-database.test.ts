import { expect } from 'vitest';
import { openDatabase } from '../../../src/domain/table/duckdb.ts';
import { SharedDatabase } from '../../../src/domain/table/shared-database.ts';
import { test } from './files.ts';

const LIMITS = { memoryMb: 64 };

test('whoever asks for the same file is given the same database, until the end', async ({ write }) => {
  const file = await write('a\n1\n2\n');
  const shared = new SharedDatabase(openDatabase);
  const first = await shared.open(file, LIMITS);
  first.close();
  const second = await shared.open(file, LIMITS);
  expect(second.connection).toBe(first.connection);
  const rows = await second.connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM read_csv('${file}')`);
  expect(rows.getRows()).toEqual([[2]]);

  await shared[Symbol.asyncDispose]();
  await expect(async () => second.connection.run('SELECT 1')).rejects.toThrow();
});

test('a database can read its own file alone', async ({ write }) => {
  const [one, other] = [await write('a\n1\n', 'one'), await write('a\n1\n2\n', 'other')];
  await using shared = new SharedDatabase(openDatabase);
  const ofOne = await shared.open(one, LIMITS);
  const ofOther = await shared.open(other, LIMITS);
  expect(ofOther.connection).not.toBe(ofOne.connection);
  await expect(ofOne.connection.run(`SELECT * FROM read_csv('${other}')`)).rejects.toThrow(/Permission/);
});
