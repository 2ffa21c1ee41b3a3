import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { detectFileType } from '../../../src/domain/table/file-type.ts';
import type { FileType } from '../../../src/vocabulary/tables.ts';
import { CSV, gzipped, NDJSON, PARQUET, refusal, TSV, test } from './files.ts';

const refused = (content: string | Uint8Array, name: string) =>
  Promise.try(() => detectFileType(Buffer.from(content as string), name));

const JSON_ARRAY: FileType = { format: 'json', compression: 'none' };

describe('accepts', () => {
  test.for([
    ['a.csv', 'a,b\n1,2\n', CSV],
    ['a.txt', 'a,b\n1,2\n', CSV],
    ['no extension', 'a;b\n1;2\n', CSV],
    ['a.csv', 'a\tb\n1\t2\n', CSV],
    ['a.csv', 'one column\n1\n', CSV],
    ['a.csv', '\u{feff}a,b\n1,2\n', CSV],
    ['a.csv', '[x],[y]\n1,2\n', CSV],
    ['a.csv', 'na\u00efve,\u{1f600}\n1,2\n', CSV],
    ['a.tsv', 'a\tb\n1\t2\n', TSV],
    ['a.TAB', 'a\tb\n1\t2\n', TSV],
    ['a.txt', 'a\tb\n1\t2\n', TSV],
    ['a.txt', 'a\tb', TSV],
    ['a.ndjson', '{"a":1}\n{"a":2}\n', NDJSON],
    ['a.jsonl', ' { "a": 1 }\n', NDJSON],
    ['a.csv', '{"a":1}\n', NDJSON],
    ['a.json', '{}\n{"a":1}\n', NDJSON],
    ['a.json', '[{"a":1},{"a":2}]', JSON_ARRAY],
    ['a.csv', '[\n  [1, 2]\n]', JSON_ARRAY],
  ] as const)('%j with %j by its content', ([name, content, type]) => {
    expect(detectFileType(Buffer.from(content), name)).toEqual(type);
    expect(detectFileType(gzipSync(content), `${name}.gz`)).toEqual({ ...type, compression: 'gzip' });
    expect(detectFileType(gzipSync(content), name)).toEqual({ ...type, compression: 'gzip' });
  });

  test('Parquet under any name', async ({ parquet }) => {
    const head = await readFile(await parquet('SELECT 1 AS a'));
    expect(detectFileType(head, 'a.csv')).toEqual(PARQUET);
  });

  test('a gzip stream of which only the start is there', () => {
    const content = gzipSync(randomBytes(100_000).toString('hex').replaceAll('a', ','));
    expect(detectFileType(content.subarray(0, 65_536), 'a.csv.gz')).toEqual(gzipped(CSV));
  });

  test('a text with a stray control character: the line is told later', () => {
    expect(detectFileType(Buffer.from('a,b\n1,\0\n'), 'a.csv')).toEqual(CSV);
  });
});

describe('refuses as unsupported', () => {
  test.for([
    ['PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['an archive', 'PK\x03\x04\x14\0\x06\0'],
    ['PDF', '%PDF-1.7\n'],
    ['HTML', '<!DOCTYPE html>\n<html></html>'],
    ['XML', '<?xml version="1.0"?>'],
    ['JSON document', '{\n  "a": 1\n}'],
    ['SQLite', 'SQLite format 3\0'],
    ['random bytes', randomBytes(65_536)],
    ['zeros', Buffer.alloc(65_536)],
    ['gzip within gzip', gzipSync(gzipSync('a,b\n1,2\n'))],
    ['gzipped Parquet', gzipSync('PAR1....')],
    ['gzipped random bytes', gzipSync(randomBytes(65_536))],
    ['gzipped zeros', gzipSync(Buffer.alloc(100_000_000))],
  ] as const)('%s, whatever its name says', async ([, content]) => {
    const message = await refusal(refused(content, 'table.csv'), 'unsupported_format');
    expect(message).toContain('are accepted');
  });
});

test.for([[''], [' \n\r\n\t'], ['\u{feff}']] as const)('refuses %j as empty', async ([content]) => {
  await refusal(refused(content, 'a.csv'), 'empty');
  await refusal(refused(gzipSync(content), 'a.csv.gz'), 'empty');
});

test('refuses a damaged gzip stream as malformed', async () => {
  const damaged = Buffer.concat([gzipSync('a,b\n').subarray(0, 10), Buffer.alloc(100, 0xff)]);
  await refusal(refused(damaged, 'a.csv.gz'), 'bad_format');
});
