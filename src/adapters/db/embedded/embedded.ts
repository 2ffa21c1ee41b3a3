import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../../errors.ts';
import type { Logger } from '../../../telemetry/log/events.ts';
import { loopbackUrl, socketUrl } from './address.ts';
import { findBinaries } from './binaries.ts';
import { createData, dataFolder } from './data-folder.ts';
import { chooseIdentity } from './identity.ts';
import { ownerOf, ownFolder } from './owner.ts';
import { isServing } from './postmaster.ts';
import { runServer } from './server.ts';

const JOIN_LIMIT_MS = 30_000;
const JOIN_LOOK_MS = 50;

export interface EmbeddedOptions {
  /** The STORAGE_ROOT; the server's files are in its folder `database`. */
  readonly root: string;
  /** Whether to use the server of another process that owns it, or to refuse. */
  readonly mayJoin: boolean;
  readonly logger: Logger;
  /** Of the server, over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer extends AsyncDisposable {
  readonly url: string;
  /** Whether this process started the server: then nobody else can have had work under way. */
  readonly owned: boolean;
}

interface Access {
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly password?: string;
}

/** Entering the data folder, which is its user's alone, is the right to use the socket in it. */
const bySocket = (data: string): Access => ({
  url: socketUrl(data),
  // Relative to the data folder: no path is too long for the server.
  settings: { listen_addresses: '', unix_socket_directories: '.', unix_socket_permissions: '0700' },
});

/** Windows: a port of this machine and a password, which the owner leaves for guests. */
interface Loopback {
  readonly port: number;
  readonly password: string;
}

const loopbackFile = (folder: string) => join(folder, 'access.json');
const readLoopback = (folder: string) => JSON.parse(readFileSync(loopbackFile(folder), 'utf8')) as Loopback;

async function freePort(): Promise<number> {
  const { promise, resolve: listening } = Promise.withResolvers<void>();
  const server = createServer().listen(0, '127.0.0.1', listening);
  await promise;
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function byLoopback(folder: string): Promise<Access> {
  const password = existsSync(loopbackFile(folder))
    ? readLoopback(folder).password
    : randomBytes(24).toString('hex');
  const loopback = { port: await freePort(), password };
  writeFileSync(loopbackFile(folder), JSON.stringify(loopback), { mode: 0o600 });
  return {
    url: loopbackUrl(loopback),
    settings: { listen_addresses: '127.0.0.1', port: String(loopback.port), unix_socket_directories: '' },
    password,
  };
}

const windows = process.platform === 'win32';

/** The URL of the server that serves this STORAGE_ROOT, whoever owns it. */
export function embeddedUrl(root: string): string {
  const folder = join(resolve(root), 'database');
  return windows ? loopbackUrl(readLoopback(folder)) : bySocket(dataFolder(folder, findBinaries().major)).url;
}

/**
 * A PostgreSQL server of our own under a STORAGE_ROOT, reached by a Unix socket. The first process owns it: the
 * server lives and ends with that process. Others may join.
 * @throws when another process owns it and joining is not allowed; when this machine or this folder can have none
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = join(resolve(options.root), 'database');
  const binaries = findBinaries();
  mkdirSync(folder, { recursive: true });
  const data = dataFolder(folder, binaries.major);

  await using stack = new AsyncDisposableStack();
  let lock = ownFolder(folder);
  for (const until = Date.now() + JOIN_LIMIT_MS; lock === undefined; lock = ownFolder(folder)) {
    if (!options.mayJoin)
      throw new StartError(
        `the embedded database in ${folder} is in use by process ${ownerOf(folder)}: stop it, join it with ROLE=api or ROLE=worker, or set another STORAGE_ROOT`,
      );
    if (isServing(data)) {
      options.logger.info({ owner: ownerOf(folder) }, 'joined the embedded database of another process');
      return { url: embeddedUrl(options.root), owned: false, [Symbol.asyncDispose]: async () => {} };
    }
    if (Date.now() > until)
      throw new StartError(`the embedded database of process ${ownerOf(folder)} does not become ready`);
    await delay(JOIN_LOOK_MS);
  }
  stack.use(lock);

  const identity = chooseIdentity(binaries.postgres, existsSync(data) ? data : undefined, folder);
  const access = windows ? await byLoopback(folder) : bySocket(data);
  if (!existsSync(data)) options.logger.info({}, 'making the database, this once');
  await createData(data, folder, binaries, identity, access.password);
  stack.use(
    await runServer({
      data,
      binaries,
      identity,
      settings: { ...access.settings, ...options.settings },
      logger: options.logger,
    }),
  );
  const owned = stack.move();
  return { url: access.url, owned: true, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
