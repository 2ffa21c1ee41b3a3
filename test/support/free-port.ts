import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections, so that none of those takes it before it is used; and
 * each process begins somewhere else.
 */
const [LOWEST, COUNT] = [10_000, 20_000];
let next = (process.pid * 97) % COUNT;

/** A loopback port that nothing listens on at this moment, and that this process is given once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
