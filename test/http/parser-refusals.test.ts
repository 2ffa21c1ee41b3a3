import { describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts';
import { jsonBody } from '../../src/http/middleware/json-body.ts';
import { eventually } from '../support/client.ts';
import { testServer } from '../support/http-server.ts';
import { converse, exchange, openRequest } from '../support/raw-http.ts';

const server = () =>
  testServer((app) => {
    app.get('/hello', (c) => c.text('hello'));
    app.post('/json', jsonBody(1000), async (c) => c.json(await c.req.json()));
    app.get(
      '/slow',
      () => new Response(new ReadableStream({ start: (c) => c.enqueue(Buffer.from('begun')) })),
    );
  });

/** Fails unless the bytes are one whole problem+json answer that ends its connection. */
function expectProblemBytes(answer: string, code: ProblemCode) {
  const { status, title } = PROBLEMS[code];
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/\r\ncontent-type: application\/problem\+json(\r\n|$)/i);
  expect(head).toMatch(/\r\nconnection: close(\r\n|$)/i);
  expect(head.toLowerCase()).toContain(`\r\ncontent-length: ${Buffer.byteLength(body)}`);
  expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, title, code });
}

const GET = 'GET /hello HTTP/1.1\r\nHost: localhost\r\n';

describe('bug 18: what the HTTP parser refuses is a problem+json answer too, and counted', () => {
  const refusals: [what: string, bytes: string, code: ProblemCode][] = [
    ['no HTTP', 'hello\r\n\r\n', 'invalid_request'],
    ['a broken header', `${GET}Bad Header: x\r\n\r\n`, 'invalid_request'],
    ['an address over 16 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 'headers_too_large'],
    ['headers over 16 kB', `${GET}X: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers_too_large'],
    ['two lengths', `${GET}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 'invalid_request'],
    [
      'a length and chunks',
      `${GET}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      'invalid_request',
    ],
    [
      'chunk extensions without end',
      `POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`,
      'too_large',
    ],
    [
      'a broken chunk',
      'POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'invalid_request',
    ],
  ];
  test.each(refusals)('%s', async (_what, bytes, code) => {
    await using running = await server();
    expectProblemBytes(await exchange(running.origin, bytes), code);
    expect(running.refused).toEqual([code]);
  });
});

describe('bug 18: what Node would answer by itself is a problem+json answer too', () => {
  test('an expectation that nobody can meet', async () => {
    await using running = await server();
    const { response } = openRequest(`${running.origin}/hello`, 'GET', { expect: 'the-unexpected' });
    const answer = await response;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([417, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ code: 'expectation_failed' });
  });

  test('a request without Host', async () => {
    await using running = await server();
    expectProblemBytes(await exchange(running.origin, 'GET /hello HTTP/1.1\r\n\r\n'), 'invalid_request');
  });

  test('CONNECT', async () => {
    await using running = await server();
    const answer = await exchange(running.origin, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n');
    expectProblemBytes(answer, 'method_not_allowed');
  });
});

test('garbage in the middle of an answer ends it: a second answer would be taken for its body', async () => {
  await using running = await server();
  const connection = converse(running.origin);
  connection.send('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await connection.hear('begun');
  connection.send('garbage\r\n\r\n');
  await eventually(async () => connection.socket.closed);
  expect(connection.heard()).not.toContain('problem+json');
});

test('bug 18: a client that hangs up in the middle of its body is no error of ours', async () => {
  let begun = 0;
  await using running = await testServer((app) =>
    app
      .use(async (_c, next) => {
        begun++;
        await next();
      })
      .post('/json', jsonBody(1000), async (c) => c.json(await c.req.json()))
      .post('/raw', async (c) => c.text(await c.req.text())),
  );
  const lengths = ['Content-Length: 100', 'Transfer-Encoding: chunked'];
  for (const path of ['/json', '/raw'])
    for (const length of lengths) {
      const before = begun;
      const { socket, send } = converse(running.origin);
      send(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${length}\r\n\r\n`);
      await eventually(async () => begun > before);
      socket.resetAndDestroy();
    }
  // It waits for the handlers.
  await running[Symbol.asyncDispose]();
  expect(running.log).toEqual([]);
});
