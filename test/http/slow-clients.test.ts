import { expect, test } from 'vitest';
import { jsonBody } from '../../src/http/middleware/json-body.ts';
import type { Router } from '../../src/http/router.ts';
import { bodyBytes, uploadBody } from '../../src/http/upload-body.ts';
import { eventually } from '../support/client.ts';
import { SHORT, testServer } from '../support/http-server.ts';
import { converse } from '../support/raw-http.ts';

const count = async (bytes: AsyncIterable<Uint8Array>) => {
  let sum = 0;
  for await (const chunk of bytes) sum += chunk.byteLength;
  return sum;
};
const BODY_MS = 300;
const routes = (app: Router) =>
  app
    .get('/hello', (c) => c.text('hello'))
    .post('/json', jsonBody(1000, BODY_MS), async (c) => c.json(await c.req.json()))
    .post('/raw', async (c) => c.json(await count(bodyBytes(c, BODY_MS))))
    .post('/form', async (c) => c.json(await count((await uploadBody(c, { name: 'a.csv' }, BODY_MS)).bytes)));

const head = (path: string, headers: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`;
const JSON_TYPE = 'Content-Type: application/json';
const FORM = 'Content-Type: multipart/form-data; boundary=b';
const FORM_START = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n';

const TIMED_OUT =
  /^HTTP\/1\.1 408 [\s\S]*content-type: application\/problem\+json[\s\S]*"code":"request_timeout"/i;

test.each([
  ['says nothing at all', ''],
  ['stops in the request line', 'GET /hel'],
  ['stops in its headers', 'GET /hello HTTP/1.1\r\nHost: local'],
])('bug 3: a connection that %s is answered 408, ended and counted', async (_what, bytes) => {
  await using server = await testServer(routes, SHORT);
  const connection = converse(server.origin);
  if (bytes) connection.send(bytes);
  expect(await connection.end()).toMatch(TIMED_OUT);
  expect(server.refused).toEqual(['request_timeout']);
});

test('bug 3: four hundred of them are all gone', async () => {
  await using server = await testServer(routes, SHORT);
  const connections = Array.from({ length: 400 }, () => converse(server.origin));
  for (const connection of connections) connection.send('GET /hello HTTP/1.1\r\nHost');
  await Promise.all(connections.map((connection) => connection.end()));
  expect(server.refused).toHaveLength(400);
});

test.each([
  ['JSON body of announced length', `${head('/json', `${JSON_TYPE}\r\nContent-Length: 100`)}{"a":`],
  ['chunked JSON body', `${head('/json', `${JSON_TYPE}\r\nTransfer-Encoding: chunked`)}5\r\n{"a":\r\n`],
  ['raw upload', `${head('/raw', 'Content-Length: 100')}a,b\n`],
  ['form before its file', head('/form', `${FORM}\r\nContent-Length: 1000`)],
  ['form within its file', head('/form', `${FORM}\r\nContent-Length: 1000`) + FORM_START],
])('bug 3: a half-sent %s is answered 408 and the connection ended', async (_what, bytes) => {
  await using server = await testServer(routes);
  const connection = converse(server.origin);
  connection.send(bytes);
  expect(await connection.end()).toMatch(TIMED_OUT);
  // A handler saw it: it is in the metrics of requests, and not here as well.
  expect(server.refused).toEqual([]);
});

test('bug 3: a JSON body that trickles is given up too', async () => {
  await using server = await testServer(routes);
  const connection = converse(server.origin);
  connection.send(`${head('/json', `${JSON_TYPE}\r\nContent-Length: 1000`)}{`);
  const trickle = setInterval(() => connection.send(' '), BODY_MS / 10);
  try {
    expect(await connection.end()).toMatch(TIMED_OUT);
  } finally {
    clearInterval(trickle);
  }
});

test('an upload that moves takes as long as it needs', async () => {
  await using server = await testServer(routes, SHORT);
  const connection = converse(server.origin);
  const pieces = 30;
  connection.send(head('/raw', `Content-Length: ${pieces}\r\nConnection: close`));
  let sent = 0;
  const trickle = setInterval(() => {
    connection.send('x');
    if (++sent === pieces) clearInterval(trickle);
  }, BODY_MS / 10);
  expect(await connection.end()).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\n30$/);
});

test('a connection without a request is kept for a while after an answer, and then ended without a word', async () => {
  await using server = await testServer(routes, SHORT);
  const connection = converse(server.origin);
  connection.send('GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await connection.hear('hello');
  connection.send('GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await connection.end()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
  expect(server.refused).toEqual([]);
});

test('bug 16: a stop ends connections without a request at once, and the others within its limit', async () => {
  const server = await testServer(
    (app) => {
      routes(app);
      app.post('/never', jsonBody(1000), () => new Response());
    },
    { ...SHORT, headersMs: 60_000, idleMs: 60_000 },
  );
  const connections = [
    '',
    'GET /hello HTTP/1.1\r\nHost',
    'GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    `${head('/never', `${JSON_TYPE}\r\nContent-Length: 100`)}{`,
  ].map((bytes) => {
    const connection = converse(server.origin);
    connection.send(bytes);
    return connection;
  });
  await connections[2]!.hear('hello');
  const start = performance.now();
  await server[Symbol.asyncDispose]();
  expect(performance.now() - start).toBeLessThan(3000);
  await Promise.all(connections.map(({ socket }) => eventually(async () => socket.closed)));
});
