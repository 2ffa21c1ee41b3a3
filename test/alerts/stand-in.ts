import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../support/client.ts';
import { minutes } from './compression.ts';
import { mendedBy } from './fault.ts';
import type { World } from './world.ts';

/**
 * An exporter in the place of a process, for what can't be made for real; its target goes with it. It answers until nobody
 * asks any more: what Prometheus takes to note that the target is gone would look like a minute of being down.
 */
export async function exporter(
  world: World,
  job: string,
  lines: () => readonly string[],
): Promise<AsyncDisposable & { stop(): Promise<void> }> {
  let asked = Date.now();
  const server = createServer((_, response) => {
    asked = Date.now();
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
    world.discovery.remove(target);
    await eventually(async () => !server.listening || Date.now() - asked > minutes(1));
    await stop();
  });
  return Object.assign(whole, { stop });
}
