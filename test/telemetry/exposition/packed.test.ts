import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packed } from '../../../src/telemetry/exposition/packed.ts';
import { temporaryFolder } from '../../infra/temporary-folder.ts';

/** More than there are threads in the pool: each waits for somebody who writes. */
const PIPES = 16;

test('a page is packed though every thread has something else to do; one that is very long waits for a thread', async () => {
  await using folder = await temporaryFolder();
  const pipes = Array.from({ length: PIPES }, (_, i) => join(folder.path, String(i)));
  execFileSync('mkfifo', pipes);
  const reading = pipes.map((pipe) => open(pipe));

  const release = async () => {
    const writing = pipes.map((pipe) => openSync(pipe, constants.O_RDWR));
    for (const handle of await Promise.all(reading)) await handle.close();
    for (const descriptor of writing) closeSync(descriptor);
  };

  const long = Buffer.alloc(2 ** 22, 'a');
  let isThere = false;
  const later = packed(long).then((page) => {
    isThere = true;
    return page;
  });
  try {
    expect(gunzipSync(await packed(Buffer.from('up 1\n'))).toString()).toBe('up 1\n');
    expect(isThere).toBe(false);
  } finally {
    await release();
  }
  expect(gunzipSync(await later).equals(long)).toBe(true);
});
