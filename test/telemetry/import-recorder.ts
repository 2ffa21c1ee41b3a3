import { subscribe } from 'node:diagnostics_channel';
import { registerHooks } from 'node:module';

/** Preloaded before everything else: keeps the URL of every module imported and counts connections made. */
declare global {
  var importedModules: Set<string> | undefined;
  var outgoingConnections: number | undefined;
}

const imported = new Set<string>();
globalThis.importedModules = imported;
globalThis.outgoingConnections = 0;

registerHooks({
  load(url, context, nextLoad) {
    imported.add(url);
    return nextLoad(url, context);
  },
});

subscribe('net.client.socket', () => {
  globalThis.outgoingConnections = (globalThis.outgoingConnections ?? 0) + 1;
});
