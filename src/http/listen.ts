import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../errors.ts';

type ListenFault = (host: string, port: number, cause: Error) => StartError;

const noAddress: ListenFault = (host, _, cause) =>
  new StartError(`HOST ${host} is no address of this machine`, { cause });

const LISTEN_FAULTS: Readonly<Record<string, ListenFault>> = {
  EADDRINUSE: (host, port, cause) =>
    new StartError(
      `port ${port} of ${host} is in use by another program: end it, or try PORT=${port < 65535 ? port + 1 : 8001}`,
      { cause },
    ),
  EACCES: (_, port, cause) =>
    new StartError(`port ${port} may not be used by this user: try PORT=8000`, { cause }),
  EADDRNOTAVAIL: noAddress,
  ENOTFOUND: noAddress,
  EAI_AGAIN: noAddress,
};

/** @throws {StartError} naming what is wrong with the host or the port */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise.catch((error: NodeJS.ErrnoException) => {
    throw LISTEN_FAULTS[error.code ?? '']?.(host, port, error) ?? error;
  });
  return server.address() as AddressInfo;
}
