import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOnce } from '../../../src/domain/alerts/read-once.ts';
import { storageRoot } from '../../support/storage-root.ts';

test('a file is read once for all who ask, but a read that failed is made again', async () => {
  await using folder = await storageRoot();
  const read: string[] = [];
  const contents = readOnce((name: string) => {
    read.push(name);
    return readFile(join(folder.path, name), 'utf8');
  });

  await expect(Promise.all([contents('rules'), contents('rules')])).rejects.toThrow('ENOENT');
  expect(read).toEqual(['rules']);
  await writeFile(join(folder.path, 'rules'), 'now there');
  expect(await Promise.all([contents('rules'), contents('rules')])).toEqual(['now there', 'now there']);
  await writeFile(join(folder.path, 'rules'), 'changed');
  expect(await contents('rules')).toBe('now there');
  expect(read).toEqual(['rules', 'rules']);
});
