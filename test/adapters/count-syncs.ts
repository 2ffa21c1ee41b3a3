import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Preloaded with --import: notes every call that flushes a file to the disk, and lets it through. The calls are kept
 * on the global object, since the script that reads them may get another copy of this module.
 */
const NOTES = Symbol.for('mlops.test.syncs');
const shared = globalThis as unknown as Record<symbol, string[] | undefined>;

const notes = () => {
  shared[NOTES] ??= [];
  return shared[NOTES];
};

/** The flushes since the last call, by the name of their function. */
export const takeSyncs = (): string[] => notes().splice(0);

type AnyFunction = (this: unknown, ...args: never[]) => unknown;
function noteCalls(target: object, name: string, label: string): void {
  const methods = target as Record<string, AnyFunction>;
  const original = methods[name] as AnyFunction;
  methods[name] = function (this: unknown, ...args: never[]) {
    notes().push(label);
    return original.apply(this, args);
  };
}

if (shared[NOTES] === undefined) {
  notes();
  for (const name of ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync']) noteCalls(fs, name, name);
  await using handle = await open(process.execPath);
  for (const name of ['sync', 'datasync'])
    noteCalls(Object.getPrototypeOf(handle) as object, name, `FileHandle.${name}`);
  syncBuiltinESMExports();
}
