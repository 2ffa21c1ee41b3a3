import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface OpenRequest {
  readonly request: ClientRequest;
  readonly response: Promise<Response>;
}

/** A request whose body the test sends piece by piece; without a content-length it is chunked. */
export function openRequest(url: string, method: string, headers: OutgoingHttpHeaders = {}): OpenRequest {
  const open = request(url, { method, headers, agent: false });
  const response = once(open, 'response').then(async (event) => {
    const [incoming] = event as [IncomingMessage];
    const body = await text(incoming);
    return new Response(body, {
      status: incoming.statusCode ?? 0,
      headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    });
  });
  // After the answer, a connection the server closes early is no fault of the test's.
  open.on('error', () => {});
  // Nor is a request that the test itself gives up.
  response.catch(() => {});
  open.flushHeaders();
  return { request: open, response };
}

/** A connection on which the test decides what is sent when. */
export function converse(origin: string) {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  socket.on('error', () => {});
  return {
    send: (bytes: string | Uint8Array) => socket.write(bytes),
    socket,
    /** All that was said so far. */
    heard: () => heard,
    /** Waits until this was said. */
    async hear(text: string): Promise<void> {
      while (!heard.includes(text)) await once(socket, 'data');
    },
    /** All that was said until the connection ended. */
    async end(): Promise<string> {
      if (!socket.readableEnded) await once(socket, 'end');
      return heard;
    },
  };
}

/** Sends bytes no client would send; all that comes back until the connection ends. */
export async function exchange(origin: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return text(socket);
}
