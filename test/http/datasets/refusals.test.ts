import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../../src/errors.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import { hold } from '../../support/hold.ts';
import { multipart } from '../../support/multipart.ts';
import { expectProblem } from '../../support/problem.ts';
import { converse, openRequest } from '../../support/raw-http.ts';

const LIMIT = 200_000;
const UPLOAD = '/api/ml/v1/datasets/upload';
const GOOD = 'a,b\n1,2\n3,4\n';
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1000, 7)]);
const rows = (n: number, line = '1,2\n') => `a,b\n${line.repeat(n)}`;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ MAX_UPLOAD_BYTES: String(LIMIT) });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Whatever was refused, nothing of it may stay. */
const nothing = { objects: [], datasets: 0, artifacts: 0, leases: 0 };
afterEach(async () => {
  const holdings = await app.holdings();
  await app.sql.deleteFrom('datasets').execute();
  expect(holdings).toEqual(nothing);
});

const send = (body: string | Uint8Array<ArrayBuffer>, contentType: string, query = '') =>
  app.api.call(`/datasets/upload${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': contentType },
  });

describe('a file is refused', () => {
  const cases: [what: string, name: string, content: string | Buffer, status: number, code: ProblemCode][] = [
    ['that is empty', 'a.csv', '', 422, 'empty'],
    ['of blanks only', 'a.csv', ' \n\n', 422, 'empty'],
    ['that is gzipped nothing', 'a.csv.gz', gzipSync(''), 422, 'empty'],
    ['that is an image, whatever its name', 'a.csv', PNG, 415, 'unsupported_format'],
    ['that is a JSON document', 'a.json', '{\n"a": [1, 2]\n}', 415, 'unsupported_format'],
    ['that is a JSON array cut off', 'a.json', '[{"a":1},{"a":2}', 422, 'bad_format'],
    ['with ragged rows', 'a.csv', 'a,b\n1,2\n1,2,3\n', 422, 'bad_format'],
    ['with an unterminated quote', 'a.csv', 'a,b\n1,"2\n3,4\n', 422, 'bad_format'],
    [
      'with bytes that are no UTF-8 among others that are',
      'a.csv',
      Buffer.from('a,b\n1,\xff\xc3\xbc\n2,3\n', 'latin1'),
      422,
      'bad_format',
    ],
    ['with a broken line of NDJSON', 'a.ndjson', '{"a":1}\n{"a":\n', 422, 'bad_format'],
    ['with a gzip stream cut short', 'a.csv.gz', gzipSync(rows(5000)).subarray(0, 40), 422, 'bad_format'],
    ['that only claims to be Parquet', 'a.parquet', 'PAR1 but then nothing PAR1', 422, 'bad_format'],
    ['with a name too long', 'a.csv', `a,${'b'.repeat(300)}\n1,2\n3,4\n`, 422, 'bad_header'],
    ['with a column without a name', 'a.csv', 'a,,c\n1,2,3\n3,4,5\n', 422, 'bad_header'],
    ['with a header only', 'a.csv', 'a,b\n', 422, 'too_few_rows'],
    ['with one row', 'a.csv', 'a,b\n1,2\n', 422, 'too_few_rows'],
    ['with more than half its cells empty', 'a.csv', 'a,b\n1,\n,\n', 422, 'too_many_empty'],
    ['larger than the limit', 'a.csv', rows(LIMIT / 4), 413, 'too_large'],
    ['that unpacks to more than the limit', 'a.csv.gz', gzipSync(rows(LIMIT)), 413, 'too_large'],
  ];
  test.each(cases)('%s, sent as the body', async (_what, name, content, status, code) => {
    await expectProblem(await app.api.uploadRaw(name, Buffer.from(content as string)), status, code);
  });
  const inForm = cases.filter(([what]) => /^(that is empty|that is an image|with ragged|larger)/.test(what));
  test.each(inForm)('%s, sent in a form', async (_what, name, content, status, code) => {
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(content as string)]), name);
    const response = await app.api.call('/datasets/upload', { method: 'POST', body: form });
    await expectProblem(response, status, code);
  });
});

describe('a request is refused', () => {
  test('without a file name', async () => {
    await expectProblem(await send(GOOD, 'text/csv'), 400, 'invalid_request');
  });

  test.each(['', '.', '..', '/', '\u0000\u0001', 'a/', '   '])('with the file name %j', async (name) => {
    await expectProblem(await app.api.uploadRaw(name, GOOD), 400, 'invalid_request');
  });

  test('with a file name longer than 255 characters', async () => {
    const detail = await expectProblem(
      await app.api.uploadRaw('x'.repeat(300), GOOD),
      400,
      'invalid_request',
    );
    expect(detail).toContain('255');
  });

  test('with an unknown mode, saying which there are', async () => {
    const detail = await expectProblem(
      await app.api.uploadRaw('a.csv', GOOD, 'medium'),
      400,
      'invalid_request',
    );
    expect(detail).toMatch(/mode.*light.*heavy/);
  });

  test('with a form that has no file', async () => {
    const { body, contentType } = multipart([{ field: 'comment', content: 'no file' }]);
    const detail = await expectProblem(await send(body, contentType), 400, 'invalid_request');
    expect(detail).toContain('"file"');
  });

  test('with a form whose file has another field name', async () => {
    const { body, contentType } = multipart([{ field: 'data', filename: 'a.csv', content: GOOD }]);
    await expectProblem(await send(body, contentType), 400, 'invalid_request');
  });

  test('with a form of two files: one of them would be lost', async () => {
    const { body, contentType } = multipart([
      { field: 'file', filename: 'a.csv', content: GOOD },
      { field: 'file', filename: 'b.csv', content: GOOD },
    ]);
    const detail = await expectProblem(await send(body, contentType), 400, 'invalid_request');
    expect(detail).toMatch(/one file/);
  });

  test('with a form that ends in the middle of its file', async () => {
    const { body, contentType } = multipart([{ field: 'file', filename: 'a.csv', content: GOOD }]);
    await expectProblem(await send(body.subarray(0, -25), contentType), 400, 'invalid_request');
  });

  test.each([
    ['ends after its file, but without its last boundary', 'Content-Disposition: form'],
    [
      'has a second file long after the first',
      `Content-Disposition: form-data; name="file"; filename="b.csv"\r\n\r\n${GOOD}\r\n--form-boundary--\r\n`,
    ],
  ])(
    'with a form that %s: its file is not taken before the form is known to be whole',
    async (_what, rest) => {
      const { body, contentType } = multipart([{ field: 'file', filename: 'a.csv', content: rows(30_000) }]);
      const { request, response } = openRequest(`${app.origin}${UPLOAD}`, 'POST', {
        'content-type': contentType,
      });
      request.write(Buffer.concat([body.subarray(0, -4), Buffer.from('\r\n')]));
      await eventually(async () => (await app.objects()).length > 0);
      request.end(rest);
      await expectProblem(await response, 400, 'invalid_request');
    },
  );

  test.each(['', 'no form at all', '--other-boundary\r\n\r\nx'])('with a form that is %j', async (body) => {
    await expectProblem(await send(body, 'multipart/form-data; boundary=b'), 400, 'invalid_request');
  });

  test('with a form that names no boundary', async () => {
    await expectProblem(await send(GOOD, 'multipart/form-data'), 400, 'invalid_request');
  });
});

describe('a body that is too large', () => {
  test('is refused by its announced length, before it is sent', async () => {
    const { response } = openRequest(`${app.origin}${UPLOAD}?name=a.csv`, 'POST', {
      'content-length': 10 * LIMIT,
    });
    const answer = await response;
    expect(answer.headers.get('connection')).toBe('close');
    const detail = await expectProblem(answer, 413, 'too_large');
    expect(detail).toContain(String(LIMIT));
  });

  test('is refused while it is being sent, when its length was not announced', async () => {
    const { request, response } = openRequest(`${app.origin}${UPLOAD}?name=a.csv`, 'POST');
    // The body never ends: the answer must not wait for it.
    request.write(rows(LIMIT / 4));
    await expectProblem(await response, 413, 'too_large');
    request.destroy();
  });

  test('is refused while it is being sent in a form', async () => {
    const { body, contentType } = multipart([{ field: 'file', filename: 'a.csv', content: rows(LIMIT / 4) }]);
    const { request, response } = openRequest(`${app.origin}${UPLOAD}`, 'POST', {
      'content-type': contentType,
    });
    request.write(body.subarray(0, -20));
    await expectProblem(await response, 413, 'too_large');
    request.destroy();
  });

  test('of exactly the limit is stored', async () => {
    const content = rows((LIMIT - 4) / 4);
    expect(content).toHaveLength(LIMIT);
    const { dataset_id } = await app.api.upload('exact.csv', content);
    await app.api.call(`/datasets/${dataset_id}`, { method: 'DELETE' });
    await expectProblem(await app.api.uploadRaw('more.csv', `${content}\n`), 413, 'too_large');
  });
});

test('what a file is, is told as soon as its head was seen, not after the whole body', async () => {
  const { request, response } = openRequest(`${app.origin}${UPLOAD}?name=a.csv`, 'POST');
  request.write(Buffer.concat([PNG, Buffer.alloc(100_000, 7)]));
  await expectProblem(await response, 415, 'unsupported_format');
  request.destroy();
});

test.each(['body', 'form'])(
  'what is left of a refused %s is read, and the connection goes on',
  async (kind) => {
    const form = multipart([{ field: 'file', filename: 'a.png', content: Buffer.alloc(195_000, PNG) }]);
    const body = kind === 'form' ? form.body : Buffer.alloc(195_000, PNG);
    const contentType = kind === 'form' ? form.contentType : 'image/png';
    const connection = converse(app.origin);
    connection.send(
      `POST ${UPLOAD}?name=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    connection.send(body.subarray(0, 70_000));
    await connection.hear('unsupported_format');
    connection.send(body.subarray(70_000));
    connection.send('GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await connection.end()).toMatch(/^HTTP\/1\.1 415 [\s\S]*HTTP\/1\.1 200 [\s\S]*"status":"ok"/);
  },
);

describe('a client that goes away leaves nothing', () => {
  /** Waits until the server has begun to store the upload, so that there is something to take back. */
  const storing = () => eventually(async () => (await app.objects()).length > 0);
  const settled = () =>
    eventually(async () => {
      const { objects, leases } = await app.holdings();
      return objects.length + leases === 0;
    });

  test('in the middle of a body of announced length', async () => {
    const { request } = openRequest(`${app.origin}${UPLOAD}?name=a.csv`, 'POST', {
      'content-length': 150_000,
    });
    request.write(rows(20_000));
    await storing();
    request.destroy();
    await settled();
  });

  test('in the middle of a chunked body', async () => {
    const { request } = openRequest(`${app.origin}${UPLOAD}?name=a.csv`, 'POST');
    request.write(rows(20_000));
    await storing();
    request.destroy();
    await settled();
  });

  test('in the middle of a form', async () => {
    const { body, contentType } = multipart([{ field: 'file', filename: 'a.csv', content: rows(20_000) }]);
    const { request } = openRequest(`${app.origin}${UPLOAD}`, 'POST', { 'content-type': contentType });
    request.write(body.subarray(0, 70_000));
    await storing();
    request.destroy();
    await settled();
  });

  test('once all is sent, while the file is being looked into', async () => {
    // Whoever looks into it does not get to the end.
    const { dataset_id } = await app.api.upload('first.csv', rows(10));
    await app.api.call(`/datasets/${dataset_id}`, { method: 'DELETE' });
    const inspectors = await childProcesses('inspect.child.ts');
    using _ = hold(inspectors);

    const { request } = openRequest(`${app.origin}${UPLOAD}?name=a.csv`, 'POST');
    // What is compressed is given room, which shows that it is being looked into.
    request.end(gzipSync(rows(1000)));
    await eventually(async () => (await readdir(join(app.root, 'scratch'))).length > 0);
    request.destroy();
    await settled();
    expect(await childProcesses('inspect.child.ts')).toHaveLength(inspectors.length - 1);
  });
});
