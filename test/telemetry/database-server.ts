import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';

/** A PostgreSQL on a TCP port, for one client at a time: the embedded one speaks the wire protocol already. */
export async function startDatabaseServer(): Promise<{ url: string } & AsyncDisposable> {
  const database = await PGlite.create();
  const server = createServer((socket) => {
    let answered = Promise.resolve();
    socket.on('data', (message) => {
      answered = answered.then(async () => {
        socket.write(await database.execProtocolRaw(new Uint8Array(message)));
      });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://postgres:none@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      server.close();
      await database.close();
    },
  };
}
