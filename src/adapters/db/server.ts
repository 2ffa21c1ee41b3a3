import type { Logger } from '../../telemetry/log/events.ts';
import { type EmbeddedServer, openEmbedded } from './embedded/embedded.ts';

/** A PostgreSQL server that takes connections; disposed, it ends if it is ours. */
export type DatabaseServer = EmbeddedServer;

/** Somebody's server, or the embedded one of a STORAGE_ROOT. */
export type DatabaseSettings =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'embedded'; readonly root: string; readonly mayJoin: boolean };

/** @throws {StartError} when the embedded server can't be had; the message says why and what to do */
export async function reachServer(settings: DatabaseSettings, logger: Logger): Promise<DatabaseServer> {
  if (settings.kind === 'embedded') return openEmbedded({ ...settings, logger });
  return { url: settings.url, owned: false, [Symbol.asyncDispose]: async () => {} };
}
