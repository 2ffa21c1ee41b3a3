import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleRoutes } from '../../src/http/routes/console.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

/** Of all that the console ever loads, packed, before any data. */
const MAX_BYTES = 120_000;

let app: TestApp;
/** Of the page and of what it loads, at first or later. */
let paths: string[];
beforeAll(async () => {
  app = await startTestApp();
  const { body } = await ask('/');
  const named = (text: string) =>
    [...text.matchAll(/[\w.-]+-[\w-]{8}\.(?:js|css|svg)/g)].map(([name]) => name);
  const first = named(body.toString());
  const later = await Promise.all(
    first.map(async (name) => named((await ask(`/assets/${name}`)).body.toString())),
  );
  paths = ['/', ...new Set([...first, ...later.flat()].map((name) => `/assets/${name}`))];
});
afterAll(() => app[Symbol.asyncDispose]());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** As it came, packed or not. */
  readonly body: Buffer;
}

async function ask(path: string, encoding = 'identity'): Promise<Answer> {
  const headers = { accept: 'text/html', 'accept-encoding': encoding };
  const [response] = (await once(get(app.origin + path, { headers, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

test('the built console is what its source gives', () => {
  const script = fileURLToPath(new URL('../../scripts/console.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('its page holds nothing inline, and its policy lets in nothing from elsewhere', async () => {
  const { headers, body } = await ask('/');
  expect(body.toString()).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:|="\/\//);
  const policy = headers['content-security-policy'] as string;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|data:|blob:|\*/);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('what it loads is there, may be kept for ever, and is packed as the client can unpack it', async () => {
  expect(paths.length).toBeGreaterThanOrEqual(4);
  for (const path of paths.slice(1)) {
    const plain = await ask(path);
    expect([path, plain.status, plain.headers['content-encoding']]).toEqual([path, 200, undefined]);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const brotli = await ask(path, 'gzip, deflate, br');
    expect([brotli.headers['content-encoding'], brotli.headers.vary]).toEqual(['br', 'Accept-Encoding']);
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    const gzip = await ask(path, 'br;q=0, gzip');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
  }
});

test(`all of it together weighs no more than ${MAX_BYTES / 1000} kB`, async () => {
  for (const encoding of ['br', 'gzip']) {
    const answers = await Promise.all(paths.map((path) => ask(path, encoding)));
    const bytes = answers.reduce((sum, { body }) => sum + body.length, 0);
    expect(bytes).toBeGreaterThan(20_000);
    expect([encoding, bytes <= MAX_BYTES, bytes]).toEqual([encoding, true, bytes]);
  }
});

test('is one route for all that it loads: in metrics they are one', () => {
  expect(consoleRoutes().routes.map(({ path }) => path)).toEqual(['/assets/:asset']);
});

test('an asset of another build is a 404 that is not kept', async () => {
  const { status, headers } = await ask('/assets/index-00000000.js');
  expect([status, headers['cache-control']]).toEqual([404, undefined]);
});

test('a worker serves none', async () => {
  await using worker = await startTestApp({ ROLE: 'worker' });
  expect((await fetch(`${worker.origin}/assets/${paths[1]?.split('/').at(-1)}`)).status).toBe(404);
});
