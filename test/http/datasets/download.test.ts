import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { expectProblem } from '../../support/problem.ts';

const CSV = `a,b\n${Array.from({ length: 100 }, (_, i) => `${i},row ${i}\n`).join('')}`;
const SIZE = CSV.length;
const ETAG = `"${createHash('sha256').update(CSV).digest('hex')}"`;

let app: TestApp;
let id: string;
beforeAll(async () => {
  app = await startTestApp();
  ({ dataset_id: id } = await app.api.upload('table.csv', CSV));
});
afterAll(() => app[Symbol.asyncDispose]());

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  app.api.call(`/datasets/${id}/download`, { method, headers });

test('a download is the bytes as uploaded, with what a client needs to keep them', async () => {
  const response = await get();
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-length': String(SIZE),
    'accept-ranges': 'bytes',
    etag: ETAG,
    'x-content-type-options': 'nosniff',
  });
  expect(await response.text()).toBe(CSV);
});

test('gzipped files stay gzipped', async () => {
  const bytes = gzipSync(CSV);
  const { dataset_id } = await app.api.upload('table.csv.gz', bytes);
  const response = await app.api.call(`/datasets/${dataset_id}/download`);
  expect(response.headers.get('content-type')).toBe('application/gzip');
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test('HEAD is the same without the bytes', async () => {
  const response = await get({}, 'HEAD');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe(String(SIZE));
  expect(response.headers.get('etag')).toBe(ETAG);
  expect(await response.text()).toBe('');
});

describe('Range', () => {
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-9', 0, 9],
    ['bytes=100-199', 100, 199],
    ['bytes=100-', 100, SIZE - 1],
    ['bytes=-10', SIZE - 10, SIZE - 1],
    [`bytes=-${SIZE * 2}`, 0, SIZE - 1],
    [`bytes=5-${SIZE * 10}`, 5, SIZE - 1],
    [`bytes=${SIZE - 1}-${SIZE - 1}`, SIZE - 1, SIZE - 1],
  ])('%s gives bytes %i to %i', async (range, start, end) => {
    const response = await get({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${SIZE}`);
    expect(response.headers.get('content-length')).toBe(String(end - start + 1));
    expect(await response.text()).toBe(CSV.slice(start, end + 1));
  });

  test.each([`bytes=${SIZE}-`, `bytes=${SIZE}-${SIZE + 10}`, 'bytes=-0'])(
    '%s cannot be satisfied, and the answer says how long the file is',
    async (range) => {
      const response = await get({ range });
      expect(response.headers.get('content-range')).toBe(`bytes */${SIZE}`);
      await expectProblem(response, 416, 'range_not_satisfiable');
    },
  );

  // RFC 9110 §14.2: a range that can't be read or isn't supported is ignored.
  test.each(['bytes=9-5', 'bytes=a-b', 'lines=1-2', 'bytes=-', 'bytes=0-1,5-6', 'bytes 0-1'])(
    '%s is ignored: the whole file comes',
    async (range) => {
      const response = await get({ range });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(CSV);
    },
  );

  test('on a HEAD request is ignored: it is defined for GET only', async () => {
    const response = await get({ range: 'bytes=0-9' }, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(SIZE)]);
  });

  test('with If-Range of these bytes gives the part', async () => {
    const response = await get({ range: 'bytes=0-9', 'if-range': ETAG });
    expect([response.status, await response.text()]).toEqual([206, CSV.slice(0, 10)]);
  });

  test.each(['"other"', `W/${ETAG}`, 'Wed, 21 Oct 2015 07:28:00 GMT'])(
    'with If-Range %s gives the whole file',
    async (validator) => {
      const response = await get({ range: 'bytes=0-9', 'if-range': validator });
      expect([response.status, await response.text()]).toEqual([200, CSV]);
    },
  );
});

describe('If-None-Match', () => {
  test.each([ETAG, `W/${ETAG}`, `"other", ${ETAG}`, '*'])('%s: nothing is sent', async (tag) => {
    const response = await get({ 'if-none-match': tag });
    expect([response.status, await response.text()]).toEqual([304, '']);
    expect(response.headers.get('etag')).toBe(ETAG);
  });

  test('of other bytes: the file is sent', async () => {
    const response = await get({ 'if-none-match': '"other"' });
    expect([response.status, await response.text()]).toEqual([200, CSV]);
  });
});

test('a client that stops reading does not keep the file open or hurt others', async () => {
  const table = `a,b\n${'1,2\n'.repeat(1_000_000)}`;
  const { dataset_id } = await app.api.upload('large.csv', table);
  const abort = new AbortController();
  const response = await app.api.call(`/datasets/${dataset_id}/download`, { signal: abort.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  abort.abort();
  await expect(reader.read()).rejects.toThrow();
  expect((await get()).status).toBe(200);
});

test('an unknown dataset is 404, whatever its id looks like', async () => {
  for (const unknown of [
    '019a9d3c-7f00-7000-8000-000000000000',
    'nonsense',
    "' or 1=1",
    '..%2f..%2fetc%2fpasswd',
  ])
    await expectProblem(await app.api.call(`/datasets/${unknown}/download`), 404, 'not_found');
});

test('a file that vanished from the disk is a 404 that names no path', async () => {
  const { dataset_id } = await app.api.upload('vanishing.csv', CSV);
  await rm(join(app.root, 'objects/datasets', dataset_id));
  await expectProblem(await app.api.call(`/datasets/${dataset_id}/download`), 404, 'not_found');
});
