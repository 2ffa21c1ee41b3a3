import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mendedBy } from './fault.ts';
import type { World } from './world.ts';

/** An exporter in the place of a process, for what can't be made for real; its target goes with it. */
export async function exporter(
  world: World,
  job: string,
  lines: () => readonly string[],
): Promise<AsyncDisposable & { stop(): Promise<void> }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`${lines().join('\n')}\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  world.discovery.add(job, target);
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const whole = mendedBy(async () => {
    await stop();
    world.discovery.remove(target);
  });
  return Object.assign(whole, { stop });
}
