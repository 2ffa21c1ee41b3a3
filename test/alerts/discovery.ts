import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Discovery extends AsyncDisposable {
  url(job: string): string;
  add(job: string, target: string): void;
  remove(target: string): void;
}

/** Names the targets of each job, as the stack's DNS does: those that are there, and no other. */
export async function startDiscovery(): Promise<Discovery> {
  const jobs = new Map<string, Set<string>>();
  const server = createServer((request, response) => {
    const targets = [...(jobs.get((request.url ?? '').slice(1)) ?? [])];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(targets.length > 0 ? [{ targets }] : []));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: (job) => `${origin}/${job}`,
    add(job, target) {
      jobs.set(job, (jobs.get(job) ?? new Set()).add(target));
    },
    remove(target) {
      for (const targets of jobs.values()) targets.delete(target);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
