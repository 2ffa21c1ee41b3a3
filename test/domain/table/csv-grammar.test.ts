import { DuckDBBlobValue, type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect } from 'vitest';
import { CsvTables } from '../../../src/domain/model/batch/csv-tables.ts';
import type { Block } from '../../../src/domain/model/batch/score-block.ts';
import { readDialect } from '../../../src/domain/table/csv-dialect.ts';
import { CsvScanner } from '../../../src/domain/table/csv-scan.ts';
import { tableSource } from '../../../src/domain/table/duckdb-source.ts';
import { TextCheck } from '../../../src/domain/table/text-scan.ts';
import { AppError } from '../../../src/errors.ts';
import { rounds } from '../../support/rounds.ts';
import { CSV, seeded, test } from './files.ts';

type Cells = (string | null)[][];

const namesOf = (text: Buffer) => readDialect(text, 'csv').names;

/** As an upload is checked, in pieces of `size` bytes: the rows and missing values of each column. */
function scanned(text: Buffer, size: number) {
  const check = new TextCheck();
  const scanner = new CsvScanner(readDialect(text, 'csv'));
  for (let i = 0; i < text.length; i += size) {
    const piece = text.subarray(i, i + size);
    check.check(piece, scanner.line);
    scanner.push(piece);
  }
  check.end(scanner.line);
  const { rows, columns } = scanner.end();
  return { rows, missing: columns.map(({ missing }) => missing) };
}

/** As a table to be predicted is read, by a model of all its columns, in pieces of `size` bytes. */
function predicted(text: Buffer, size: number): Cells {
  const cells: Cells = [];
  const take = ({ table: { rows, columns } }: Block) => {
    for (let row = 0; row < rows; row++)
      cells.push(columns.map((c) => (c.kind === 'category' ? (c.labels[c.codes[row]!] ?? null) : null)));
  };
  const columns = namesOf(text).map((name) => ({ name, type: 'string' as const }));
  const tables = new CsvTables({ columns, classes: null }, 'csv', {}, take);
  for (let i = 0; i < text.length; i += size) tables.push(text.subarray(i, i + size));
  try {
    tables.end();
  } catch (error) {
    // An upload may not be without rows either; that is told later.
    if (!(error instanceof AppError && error.code === 'empty')) throw error;
  }
  return cells;
}

/** As a table to be trained on is read. */
async function read(connection: DuckDBConnection, path: string, names: readonly string[]): Promise<Cells> {
  const table = { path, fileType: CSV };
  const wanted = names.map((name) => ({ name, as: 'text' as const }));
  const { from, expressions } = await tableSource(connection, table, wanted);
  const result = await connection.runAndReadAll(
    `SELECT ${expressions.map((x) => `encode(${x})`).join()} FROM ${from}`,
  );
  return result
    .getRows()
    .map((row) =>
      row.map((cell) => (cell instanceof DuckDBBlobValue ? Buffer.from(cell.bytes).toString() : null)),
    );
}

/** What it gives, or the words of its refusal. */
function verdict<T>(attempt: () => T): T | string {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

const TEXTS = rounds(600);
const SEED = 8;
const NAMES = ['n', ' n', '"n"', '"n, m"', '"n"""', '"n\n"', '"n\r\n"', '"n\r"', ' "n"', '"n" '];
const PLAIN = [
  '1',
  'x',
  '',
  'NA',
  '007',
  ' ',
  ' 1 ',
  '\t',
  'é😀',
  "'",
  '\\',
  '#',
  '\u{feff}',
  'a"b',
  '-',
  ';',
];
const QUOTED = [
  '""',
  '"a"',
  '"a,b;c"',
  '"a\nb"',
  '"a\r\nb"',
  '"a\rb"',
  '"""a"""',
  '"\\"',
  '" "',
  '"NA"',
  '""""',
];
const BROKEN = [' "a"', '"a" ', '"a"b', '"a""', '"', '\ta"', '\t"a"', '\r', '\0', '"\u{feff}"'];

/** A small table, now and then not quite one. */
function hostileText({ below, pick }: ReturnType<typeof seeded>): Buffer {
  const oneIn = (n: number) => below(n) === 0;
  const isBroken = oneIn(3);
  const delimiter = pick([',', ',', ';', '\t', '|']);
  const end = pick(['\n', '\n', '\r\n']);
  const width = 1 + below(3);
  const line = (cell: (column: number) => string) =>
    Array.from({ length: isBroken && oneIn(9) ? width + 1 : width }, (_, i) => cell(i)).join(delimiter) +
    (isBroken && oneIn(6) ? pick(['\n', '\r\n', '\r', '\n\r']) : end);
  const name = (column: number) => (oneIn(4) ? pick(NAMES) : 'n').replace('n', `n${column}`);
  const cell = () => (isBroken && oneIn(5) ? pick(BROKEN) : pick(oneIn(2) ? PLAIN : QUOTED));
  const rows = Array.from({ length: below(6) }, () => (oneIn(8) ? end : line(cell)));
  const text = `${oneIn(4) ? '\u{feff}' : ''}${line(name)}${rows.join('')}`;
  return Buffer.from(oneIn(4) ? text.slice(0, -1) : text);
}

test(`hostile texts are refused alike or read alike, uploaded, trained on and predicted (seed ${SEED})`, async ({
  write,
}) => {
  const random = seeded(SEED);
  let accepted = 0;
  for (let i = 0; i < TEXTS; i++) {
    const text = hostileText(random);
    const shown = `text ${i}: ${JSON.stringify(text.toString())}`;
    const scan = verdict(() => scanned(text, text.length));
    expect(
      verdict(() => scanned(text, 1 + random.below(5))),
      shown,
    ).toEqual(scan);
    const cells = verdict(() => predicted(text, text.length));
    expect(
      verdict(() => predicted(text, 1 + random.below(5))),
      shown,
    ).toEqual(cells);
    if (typeof scan === 'string' || typeof cells === 'string') {
      expect(cells, shown).toBe(scan);
      continue;
    }
    accepted++;
    const names = namesOf(text);
    const missing = names.map((_, column) => cells.filter((row) => row[column] === null).length);
    expect({ rows: cells.length, missing }, shown).toEqual(scan);
    expect(await read(connection, await write(text), names), shown).toEqual(cells);
  }
  expect(accepted).toBeGreaterThan(TEXTS / 4);
  expect(accepted).toBeLessThan((3 * TEXTS) / 4);
});
