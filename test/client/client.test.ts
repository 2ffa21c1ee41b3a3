import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ApiProblem,
  Client,
  ConnectionError,
  isRun,
  itemsOf,
  type UploadProgress,
} from '../../src/client/index.ts';
import { fileFrom } from '../../src/client/node.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { insertRun } from '../support/runs.ts';
import { startProxy } from './proxy.ts';

const KEY = 'a-key-that-is-long-enough';
const WINE = dataFile('wine_train.csv');

let app: TestApp;
let client: Client;
beforeAll(async () => {
  app = await startTestApp({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: KEY });
  client = new Client({ url: `${app.origin}/`, key: KEY });
});
afterAll(() => app[Symbol.asyncDispose]());

const problemOf = async (call: Promise<unknown>): Promise<ApiProblem> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiProblem);
  return error as ApiProblem;
};

test('every operation of the description is a function of the client', async () => {
  const description = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
  const ids = Object.values<Record<string, { operationId: string }>>(description.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  for (const id of ids) expect([id, client[id as keyof Client]]).toEqual([id, expect.any(Function)]);
});

test('from a file to predictions by name', async () => {
  const { dataset_id } = await client.upload(await fileFrom(fileURLToPath(WINE)), { mode: 'light' });
  const queued = await client.createTrainingRun({ trainingRequest: { dataset_id, mode: 'light' } });
  const seen: string[] = [];
  const run = await client.waitForRun(queued.id, { onEvent: ({ status }) => seen.push(status) });
  expect(run).toMatchObject({ status: 'succeeded', metrics: { accuracy: expect.any(Number) } });
  expect(seen.at(-1)).toBe('succeeded');

  const artifact_id = run.artifact_id as string;
  await client.registerModelVersion({ name: 'wine', modelVersionRequest: { artifact_id } });
  await client.setModelAlias({ name: 'wine', alias: 'production', modelAliasRequest: { version: 1 } });
  const row = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, 1]));
  const answer = await client.predictByAlias({
    name: 'wine',
    alias: 'production',
    predictionRequest: { rows: [row] },
  });
  expect(answer).toMatchObject({ predictions: [expect.any(String)] });
  expect(await Array.fromAsync(client.models())).toMatchObject([{ name: 'wine' }]);
});

describe('an upload', () => {
  const upload = async (source: Blob | ReadableStream<Uint8Array>, name?: string) => {
    const told: UploadProgress[] = [];
    const onProgress = (progress: UploadProgress) => told.push(progress);
    const dataset = await client.upload(source, { mode: 'heavy', onProgress, ...(name && { name }) });
    return { dataset, last: told.at(-1) };
  };

  test('of a file has its name and tells of its bytes', async () => {
    const { dataset, last } = await upload(await fileFrom(fileURLToPath(WINE)));
    expect(dataset).toMatchObject({ name: 'wine_train.csv', mode: 'heavy', rows: 133 });
    expect(last).toEqual({ sentBytes: dataset.size_bytes, totalBytes: dataset.size_bytes });
  });

  test('of a stream or a Blob has the name it is given', async () => {
    const bytes = await readFile(WINE);
    const streamed = await upload(new Blob([bytes]).stream(), 'streamed.csv');
    expect(streamed.dataset).toMatchObject({ name: 'streamed.csv', rows: 133 });
    expect(streamed.last).toEqual({ sentBytes: bytes.length, totalBytes: undefined });
    const { dataset } = await upload(new Blob([bytes]), 'blob.csv');
    expect(dataset).toMatchObject({ name: 'blob.csv', rows: 133 });
  });

  test('that is refused says why, and one that is given up leaves nothing', async () => {
    const problem = await problemOf(client.upload(new Blob(['']), { name: 'nothing.csv' }));
    expect(problem).toMatchObject({ code: 'empty', status: 422, message: problem.detail });
    const stop = new AbortController();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('a,b\n1,2\n'.repeat(1000))),
    });
    const given = client.upload(endless, {
      name: 'endless.csv',
      signal: stop.signal,
      onProgress: ({ sentBytes }) => sentBytes > 1e6 && stop.abort(),
    });
    await expect(given).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});

describe('what goes wrong', () => {
  test('is a problem with its code, its sentence and its trace', async () => {
    const problem = await problemOf(client.getDataset({ id: 'nonsense' }));
    expect(problem).toMatchObject({ name: 'ApiProblem', code: 'not_found', status: 404, isPassing: false });
    expect(problem.message).toBe(problem.detail);
    expect(problem.retryAfter).toBeUndefined();
  });

  test('is a problem without a valid key', async () => {
    for (const key of [undefined, 'another-key-altogether']) {
      const stranger = new Client({ url: app.origin, ...(key && { key }) });
      expect(await problemOf(stranger.listDatasets())).toMatchObject({ code: 'unauthorized', status: 401 });
    }
  });

  test('says when to try again, where the service says so', async () => {
    await using full = await startTestApp({ STORAGE_RESERVE_BYTES: String(Number.MAX_SAFE_INTEGER) });
    const problem = await problemOf(
      new Client({ url: full.origin }).upload(new Blob(['a,b\n1,2\n3,4\n']), { name: 'a.csv' }),
    );
    expect(problem).toMatchObject({ code: 'storage', status: 503, retryAfter: 5, isPassing: true });
  });

  test('is a problem without a code when somebody else has answered', async () => {
    await using proxy = await startProxy(app.origin, (_incoming, answer) => {
      answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
      return true;
    });
    const problem = await problemOf(new Client({ url: proxy.url }).listDatasets());
    expect(problem).toMatchObject({ code: undefined, status: 502, isPassing: true });
    expect(problem.message).toBe('The service answered 502 Bad Gateway.');
  });

  test('is told apart when nobody answers at all', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(new Client({ url }).getHealth()).rejects.toThrow(ConnectionError);
    await expect(new Client({ url }).getHealth()).rejects.toThrow(`The service at ${url} does not answer.`);
  });
});

test('the items of a list come page after page, as far as they are asked for', async () => {
  const table = 'a,b\n1,2\n3,4\n';
  for (const n of [1, 2, 3, 4, 5]) await client.upload(new Blob([table]), { name: `page-${n}.csv` });
  const asked: unknown[] = [];
  const twoByTwo = itemsOf((page) => {
    asked.push(page.cursor);
    return client.listDatasets({ ...page, limit: 2 });
  });
  const names: string[] = [];
  for await (const { name } of twoByTwo) if (names.push(name) === 5) break;
  expect(names).toEqual(['page-5.csv', 'page-4.csv', 'page-3.csv', 'page-2.csv', 'page-1.csv']);
  expect(asked).toEqual([undefined, expect.any(String), expect.any(String)]);
  const [smallest] = await Array.fromAsync(client.datasets({ q: 'PAGE-', sort: 'name' }));
  expect(smallest?.name).toBe('page-1.csv');
  const all = await Array.fromAsync(client.datasets());
  expect(all.length).toBe((await app.holdings()).datasets);
});

describe('a run that is watched', () => {
  /** One that ends when it is told to. */
  const openRun = async () => {
    const id = await insertRun(app.sql, { status: 'running', attempt: 1, started_at: new Date() });
    const finish = () =>
      app.sql
        .updateTable('training_runs')
        .set({ status: 'failed', error: 'it shall', finished_at: new Date() })
        .where('id', '=', id)
        .execute();
    return { id, finish };
  };
  const through = (proxy: { url: string }) => new Client({ url: proxy.url, key: KEY });

  test('is watched on when the stream breaks', async () => {
    const { id, finish } = await openRun();
    let streams = 0;
    await using proxy = await startProxy(app.origin, (incoming, answer, upstream) => {
      if (!incoming.url?.endsWith('/events')) return false;
      streams++;
      answer.writeHead(200, upstream.headers);
      upstream.on('data', (chunk: Buffer) => {
        // The first connection breaks in the middle of an event.
        if (streams === 1) answer.write(chunk.subarray(0, 40), () => answer.destroy());
        else if (streams === 2) void finish().then(() => answer.end(chunk));
        else answer.write(chunk);
      });
      upstream.on('end', () => answer.end());
      return true;
    });
    const run = await through(proxy).waitForRun(id);
    expect(run).toMatchObject({ id, status: 'failed', error: 'it shall' });
    expect(streams).toBeGreaterThanOrEqual(2);
  });

  test('is asked for again and again where no stream comes through', async () => {
    const { id, finish } = await openRun();
    await using proxy = await startProxy(app.origin, (incoming, answer) => {
      if (!incoming.url?.endsWith('/events')) return false;
      answer.writeHead(502).end();
      return true;
    });
    const statuses: string[] = [];
    const run = await through(proxy).waitForRun(id, {
      onEvent: ({ status }) => {
        if (statuses.push(status) === 2) void finish();
      },
    });
    expect(run.status).toBe('failed');
    expect(statuses.slice(0, 2)).toEqual(['running', 'running']);
  });

  test('is waited for while the service is away, as long as one has patience', async () => {
    const { id, finish } = await openRun();
    await finish();
    let refusals = 3;
    await using proxy = await startProxy(app.origin, (_incoming, answer) => {
      if (refusals-- <= 0) return false;
      answer.destroy();
      return true;
    });
    expect(await through(proxy).waitForRun(id)).toMatchObject({ status: 'failed' });
    const nobody = new Client({ url: `http://127.0.0.1:${await freePort()}` });
    await expect(nobody.waitForRun(id, { patienceSeconds: 0 })).rejects.toThrow(ConnectionError);
  });

  test('is a problem when there is none, and let go when it is no longer wanted', async () => {
    expect(await problemOf(client.waitForRun('nonsense'))).toMatchObject({ code: 'not_found' });
    const { id, finish } = await openRun();
    const stop = new AbortController();
    const waiting = client.waitForRun(id, {
      signal: stop.signal,
      onEvent: (event) => isRun(event) && stop.abort(new Error('no longer wanted')),
    });
    await expect(waiting).rejects.toThrow('no longer wanted');
    for await (const event of client.watchRun(id)) if (isRun(event)) break;
    await finish();
  });
});

test('the metrics are those that Prometheus reads', async () => {
  // The service of these tests is without telemetry: it has none.
  expect(await problemOf(client.metrics())).toMatchObject({ code: 'not_found' });
});
