import { parentPort } from 'node:worker_threads';

/** Tells the modules imported in this worker thread, those preloaded included. */
parentPort?.postMessage([...(globalThis.importedModules ?? [])]);
