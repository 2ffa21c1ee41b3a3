import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { type EmbeddedServer, openEmbedded } from './embedded/embedded.ts';

/** A PostgreSQL server that takes connections; disposed, it ends if it is ours. */
export type DatabaseServer = EmbeddedServer;

/**
 * The server of `DATABASE_URL`, or the embedded one of this STORAGE_ROOT.
 * @throws when the embedded one can't be had; the message says why and what to do
 */
export async function reachServer(config: Config, logger: Logger): Promise<DatabaseServer> {
  if (config.databaseUrl !== undefined)
    return { url: config.databaseUrl, owned: false, [Symbol.asyncDispose]: async () => {} };
  return openEmbedded({ root: config.storage.root, mayJoin: config.role !== 'all', logger });
}
