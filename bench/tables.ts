import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const COLUMNS = 20;
const ROWS_PER_BLOCK = 4000;

export type TableKind = 'numbers' | 'mixed';

/** Writes a CSV of about so many bytes: 20 columns of numbers, or numbers, quoted text and dates, a tenth missing. */
export async function writeTable(path: string, bytes: number, kind: TableKind): Promise<number> {
  await pipeline(Readable.from(blocks(bytes, kind)), createWriteStream(path, { highWaterMark: 8 << 20 }));
  return (await stat(path)).size;
}

function* blocks(bytes: number, kind: TableKind): Generator<string> {
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
