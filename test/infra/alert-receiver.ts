import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Notification {
  readonly receivedAt: number;
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
}

export interface AlertReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Notification[];
  /** Refuses what comes to a path from now on, or takes it again. */
  refuse(path: string, refuses: boolean): void;
}

/** A receiver of alerts that keeps what it is told. */
export async function startReceiver(): Promise<AlertReceiver> {
  const received: Notification[] = [];
  const refused = new Set<string>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (refused.has(request.url ?? '')) response.statusCode = 500;
    else received.push({ ...(JSON.parse(body) as Notification), receivedAt: Date.now() });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    refuse(path, refuses) {
      if (refuses) refused.add(path);
      else refused.delete(path);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
