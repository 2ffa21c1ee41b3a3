import { appendFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { growingFile, SlowArrival } from '../../../src/domain/table/growing-file.ts';
import { readChunks } from '../../../src/domain/table/text-chunks.ts';
import { seeded, test } from './files.ts';

const LONG_MS = 60_000;

test('a file is read to its end although it grows and is moved meanwhile', async ({ write, directory }) => {
  const part = await write('0,', 'part');
  const whole = path.join(directory, 'whole');
  let text = '';
  for await (const piece of growingFile(part, whole, LONG_MS)) {
    text += piece;
    const next = text.split(',').length - 1;
    if (next < 20) await appendFile(part, `${next},`);
    else if (next === 20) {
      await appendFile(part, 'end,');
      await rename(part, whole);
    }
  }
  expect(text).toBe(`${Array.from({ length: 20 }, (_, i) => i).join()},end,`);
});

test('one that was moved before it was looked at is read where it is', async ({ write, directory }) => {
  const whole = await write('all', 'whole');
  const pieces = [];
  for await (const piece of growingFile(path.join(directory, 'part'), whole, 0))
    pieces.push(piece.toString());
  expect(pieces).toEqual(['all']);
});

test('one that is neither moved nor grows is not waited for', async ({ write, directory }) => {
  const part = await write('some', 'part');
  const reading = async () => {
    for await (const piece of growingFile(part, path.join(directory, 'whole'), 20))
      expect(piece.toString()).toBe('some');
  };
  await expect(reading()).rejects.toThrow(SlowArrival);
});

test('a gzipped one too', async ({ write, directory }) => {
  const { random } = seeded(4);
  const text = Array.from({ length: 300_000 }, () => random()).join();
  const bytes = gzipSync(text);
  const part = await write(bytes.subarray(0, 2_000_000), 'part');
  const whole = path.join(directory, 'whole');
  let read = '';
  for await (const piece of readChunks(whole, 'gzip', { part })) {
    if (read === '') {
      await appendFile(part, bytes.subarray(2_000_000));
      await rename(part, whole);
    }
    read += piece.toString();
  }
  expect(read === text).toBe(true);
});
