import { stat } from 'node:fs/promises';
import { expect } from 'vitest';
import { openDatabase } from '../../../src/domain/table/duckdb.ts';
import { scanCsv } from '../../../src/domain/table/scan-text.ts';
import { checkAgreement, seekSecondOpinion } from '../../../src/domain/table/second-opinion.ts';
import { readChunks } from '../../../src/domain/table/text-chunks.ts';
import { CSV, refusal, test } from './files.ts';

const MB = 1 << 20;
const HEADER = 'a,b\n';
const PLAIN = '1,text\n,text\n';
/** More than is read twice. */
const many = (text: string) => text.repeat(Math.ceil((30 * MB) / text.length));

test('of a large text a sample of whole records is kept, in their order and from all over it', async ({
  write,
}) => {
  const text = 'x'.repeat(100);
  const lines = Array.from({ length: 500_000 }, (_, i) => `${i},${text}\n`);
  const file = await write(`${HEADER}${lines.join('')}`);
  const { sample } = await scanCsv(readChunks(file, 'none'), 'csv');
  expect(sample.isWhole).toBe(false);
  const kept = Buffer.concat(sample.pieces);
  expect(kept.length).toBeGreaterThan(15 * MB);
  expect(kept.length).toBeLessThan(19 * MB);
  const records = kept.toString().split('\n').slice(0, -1);
  const numbers = records.map((record) => Number.parseInt(record, 10));
  expect(records).toEqual(numbers.map((n) => `${n},${text}`));
  expect(numbers.every((n, i) => i === 0 || n > numbers[i - 1]!)).toBe(true);
  expect(new Set(numbers.map((n) => Math.floor((10 * n) / lines.length))).size).toBe(10);
});

test.for([
  ['quotes within a text', '3,say "hi"\n'],
  ['quotes right behind what may be a word', '3,n"n\n'],
  ['doubled quotes', '3,"say ""hi"""\n'],
  ['line ends in quotes', '3,"a\nb"\n'],
  ['a blank line', '\n'],
  ['a number that is not plain', ' 3e0 ,x\n'],
] as const)('wherever there is %s, it is in the sample', async ([, record], { write }) => {
  // At the end of a piece, which cuts it in two.
  const head = PLAIN.repeat((7 * MB) / PLAIN.length);
  const file = await write(`${HEADER}${head}${record}${many(PLAIN)}`);
  const { sample } = await scanCsv(readChunks(file, 'none'), 'csv');
  expect(sample.isWhole).toBe(false);
  expect(Buffer.concat(sample.pieces).includes(`\n${record}`)).toBe(true);
});

test('of a large table the sample is what is read twice', async ({ write, directory }) => {
  // Of many lengths, so that pieces end anywhere in a record.
  const lines = Array.from({ length: 400_000 }, (_, i) => `,"${'x'.repeat(i % 97)}, y",${i % 3 ? i : ''}\n`);
  const file = await write(`a,b,c\n${lines.join('')}`);
  const scan = await scanCsv(readChunks(file, 'none'), 'csv');
  expect(scan.sample.isWhole).toBe(false);
  const seek = (rows: number) =>
    seekSecondOpinion(
      { path: file, fileType: CSV },
      { ...scan, rows },
      { open: openDatabase, memoryMb: 256, tempDirectory: `${directory}/scratch` },
    );
  await seek(scan.rows);
  // What is told of the whole is not compared.
  await seek(scan.rows + 1);
  expect((await stat(`${directory}/scratch/sample`)).size).toBeLessThan(19 * MB);
});

test('a small table is read twice in whole', async ({ write }) => {
  const file = await write(`${HEADER}${PLAIN}`);
  const scan = await scanCsv(readChunks(file, 'none'), 'csv');
  const seek = (rows: number) =>
    seekSecondOpinion(
      { path: file, fileType: CSV },
      { ...scan, rows },
      { open: openDatabase, memoryMb: 256 },
    );
  await seek(scan.rows);
  await refusal(seek(scan.rows + 1), 'bad_format');
});

test('readers that count other rows or other missing values do not agree', async () => {
  const counted = (rows: number, ...missing: number[]) => ({
    rows,
    columns: missing.map((count) => ({ missing: count })),
  });
  const compare = async (rows: number, ...missing: number[]) =>
    checkAgreement(counted(3, 1, 0), counted(rows, ...missing));
  await compare(3, 1, 0);
  await refusal(compare(2, 1, 0), 'bad_format');
  await refusal(compare(3, 1, 1), 'bad_format');
});
