import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { readMessage } from './protobuf.ts';
import { Received } from './received.ts';
import { REQUESTS } from './schema.ts';

/** Where OTLP is sent by HTTP, as protobuf or as JSON, whichever its sender says it is. */
export interface OtlpSink
  extends Pick<Received, 'spans' | 'logs' | 'metrics' | 'pushed' | 'resources'>,
    AsyncDisposable {
  readonly url: string;
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** All bytes that came, unpacked. */
  readonly received: readonly Buffer[];
}

/** @param answer what it does with a request; default: takes it */
export async function startSink(
  answer: (response: ServerResponse) => void = (response) => response.end(),
): Promise<OtlpSink> {
  const all = new Received();
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const received: Buffer[] = [];

  const take = async (request: IncomingMessage) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    const sent = await buffer(request);
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    received.push(bytes);
    const isJson = request.headers['content-type'] === 'application/json';
    all.take(isJson ? JSON.parse(bytes.toString()) : readMessage(bytes, REQUESTS[path] ?? {}));
  };

  const server = createServer((request, response) => {
    take(request).then(
      () => answer(response),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: all.spans,
    logs: all.logs,
    metrics: all.metrics,
    pushed: all.pushed,
    resources: all.resources,
    requests,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
