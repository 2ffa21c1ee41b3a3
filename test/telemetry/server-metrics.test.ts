import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { HttpServerInstrumentation } from '../../src/telemetry/http-server/instrumentation.ts';
import { startTestMeter } from './test-meter.ts';

/** Bytes of body on the wire, and bytes counted, for one request to `handler`. */
async function exchange(handler: RequestListener, method = 'GET') {
  const meter = startTestMeter('mlops.backend');
  const instrumentation = new HttpServerInstrumentation({
    metrics: meter.bound,
    latencyBuckets: [1],
    inFlight: true,
    metricsPath: '/metrics',
    sampling: undefined,
  });
  using _ = { [Symbol.dispose]: () => instrumentation.disable() };
  const closed = Promise.withResolvers<void>();
  await using server = createServer((incoming, response) => {
    response.once('close', closed.resolve);
    handler(incoming, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, method, agent: false }).end();
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error('no response');
  const received = await buffer(response);
  await closed.promise;
  const exposition = await meter.scrape();
  return {
    wire: received.byteLength,
    counted: exposition.sum('http_server_response_body_size_bytes_sum'),
    requests: exposition.sum('http_server_response_body_size_bytes_count'),
  };
}

test.each<[string, RequestListener, number]>([
  ['a string', (_, response) => response.end('naïve'), 6],
  ['a string in another encoding', (_, response) => response.end('naïve', 'latin1'), 5],
  ['bytes', (_, response) => response.end(Buffer.alloc(70_000)), 70_000],
  ['nothing but a callback', (_, response) => response.end(() => {}), 0],
  [
    'several writes and an end',
    (_, response) => {
      response.write('ab');
      response.write(new Uint8Array(3));
      response.end('ff00', 'hex');
    },
    7,
  ],
  [
    'a write after the end',
    (_, response) => {
      response.on('error', () => {});
      response.end('end');
      response.write('too late');
    },
    3,
  ],
  ['a body that 204 cannot have', (_, response) => response.writeHead(204).end('dropped'), 0],
])('the bytes sent by %s are those on the wire', async (_, handler, bytes) => {
  expect(await exchange(handler)).toEqual({ wire: bytes, counted: bytes, requests: 1 });
});

test('a body written in answer to HEAD is not counted, for it is not sent', async () => {
  expect(await exchange((_, response) => response.end('dropped'), 'HEAD')).toEqual({
    wire: 0,
    counted: 0,
    requests: 1,
  });
});
