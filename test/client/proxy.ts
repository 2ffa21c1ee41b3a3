import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** What came through, as `GET /path`. */
  readonly seen: readonly string[];
}

type Intercept = (incoming: IncomingMessage, answer: ServerResponse, upstream: IncomingMessage) => boolean;

/** What stands before a service. @param intercept answers by itself, and says whether it did */
export async function startProxy(origin: string, intercept: Intercept): Promise<Proxy> {
  const seen: string[] = [];
  const server = createServer((incoming, answer) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', origin), { method, headers }, (upstream) => {
      if (intercept(incoming, answer, upstream)) return;
      answer.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
