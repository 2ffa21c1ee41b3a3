import type { IncomingMessage } from 'node:http';
import { awaitsContinue } from './continue.ts';

/** So much of a body that nobody wants is read for the sake of the connection or, at its end, of the answer. */
const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 1000;

/**
 * An answer that is given before the request's body has arrived. A body that is as good as here is read to its end, and
 * the connection goes on. Any other connection is closed; but since closing one on which bytes arrive resets it, and a
 * reset may overtake the answer, the end waits a moment for the client to see the answer and stop. A client that
 * waits to be told to send may send or not, and nobody knows: its connection is closed too.
 */
export function endUnreadBody(answer: Response, incoming: IncomingMessage): Response {
  const awaits = awaitsContinue(incoming);
  if (incoming.complete || (announcedBytes(incoming) <= DRAIN_BYTES && !awaits)) return answer;
  answer.headers.set('connection', 'close');
  if (!answer.body || awaits) return answer;
  const body = answer.body.pipeThrough(new TransformStream({ flush: () => drain(incoming) }));
  return new Response(body, answer);
}

function announcedBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY;
  return Number(headers['content-length'] ?? 0);
}

/** Reads and drops until the body or the connection ends, or it has been enough. */
async function drain(incoming: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DRAIN_MS);
  let bytes = 0;
  incoming.once('end', resolve).once('close', resolve).once('error', resolve);
  incoming.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > DRAIN_BYTES) resolve();
  });
  incoming.resume();
  await promise;
  clearTimeout(timer);
}
