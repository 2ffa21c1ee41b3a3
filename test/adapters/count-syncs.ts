import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
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

/** What was flushed since the last call: `file` or `folder`, in order. */
export const takeSyncs = (): string[] => notes().splice(0);

type AnyFunction = (this: unknown, ...args: never[]) => unknown;
function noteCalls(target: object, name: string, fdOf: (self: unknown, first: unknown) => unknown): void {
  const methods = target as Record<string, AnyFunction>;
  const original = methods[name] as AnyFunction;
  methods[name] = function (this: unknown, ...args: never[]) {
    const fd = fdOf(this, args[0]) as number;
    notes().push(fs.fstatSync(fd).isDirectory() ? 'folder' : 'file');
    return original.apply(this, args);
  };
}

if (shared[NOTES] === undefined) {
  notes();
  for (const name of ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync'])
    noteCalls(fs, name, (_self, fd) => fd);
  await using handle = await open(process.execPath);
  for (const name of ['sync', 'datasync'])
    noteCalls(Object.getPrototypeOf(handle) as object, name, (self) => (self as FileHandle).fd);
  syncBuiltinESMExports();
}
