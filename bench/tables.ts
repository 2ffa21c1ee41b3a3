import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';

const COLUMNS = 20;
const ROWS_PER_BLOCK = 4000;

export type TableKind = 'numbers' | 'mixed';

/** Writes a CSV of about so many bytes: 20 columns of numbers, or numbers, quoted text and dates, a tenth missing. */
export async function writeTable(path: string, bytes: number, kind: TableKind): Promise<number> {
  return writeText(path, blocks(bytes, kind));
}

/** Writes so many lines of JSON: 20 numbers, texts and dates in each, a tenth of the latter missing. */
export async function writeJsonLines(path: string, lines: number): Promise<number> {
  return writeText(path, jsonLines(lines));
}

/** Writes a Parquet file of about so many bytes: 20 columns of numbers that hardly compress. */
export async function writeParquet(path: string, bytes: number): Promise<number> {
  const rows = Math.ceil(bytes / (COLUMNS * Float64Array.BYTES_PER_ELEMENT));
  const columns = Array.from({ length: COLUMNS }, (_, i) => `random() AS f${i}`);
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(
    `SELECT setseed(0.5); COPY (SELECT ${columns.join()}, i % 2 AS target FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  return (await stat(path)).size;
}

async function writeText(path: string, pieces: Iterable<string>): Promise<number> {
  await pipeline(Readable.from(pieces), createWriteStream(path, { highWaterMark: 8 << 20 }));
  return (await stat(path)).size;
}

/** The same cells every time. */
function cells(kind: TableKind) {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const number = (i: number) => ((random() * 2 - 1) * 10 ** (i % 4)).toFixed(4 + (i % 7));
  const cell = (i: number) => {
    if (kind === 'numbers' || i % 4 < 2) return number(i);
    if (random() < 0.1) return '';
    return i % 4 === 2 ? `"city, ${Math.floor(random() * 1000)}"` : new Date(random() * 1.7e12).toISOString();
  };
  return { random, cell };
}

function* jsonLines(lines: number): Generator<string> {
  const { random, cell } = cells('mixed');
  const value = (i: number) => {
    const text = cell(i);
    return text === '' ? 'null' : i % 4 === 3 ? `"${text}"` : text;
  };
  for (let line = 0; line < lines; line++) {
    const entries = Array.from({ length: COLUMNS }, (_, i) => `"f${i}":${value(i)}`);
    yield `{${entries.join()},"target":${random() < 0.5 ? 0 : 1}}\n`;
  }
}

function* blocks(bytes: number, kind: TableKind): Generator<string> {
  const { random, cell } = cells(kind);
  let block = `${Array.from({ length: COLUMNS }, (_, i) => `f${i}`).join()},target\n`;
  for (let written = 0; written < bytes; ) {
    for (let row = 0; row < ROWS_PER_BLOCK; row++) {
      for (let i = 0; i < COLUMNS; i++) block += `${cell(i)},`;
      block += random() < 0.5 ? '0\n' : '1\n';
    }
    written += block.length;
    yield block;
    block = '';
  }
}
