import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../../../errors.ts';

/**
 * Makes this process the owner of the folder until it ends, however it ends: the operating system holds the lock.
 * PostgreSQL's own, a process id in a file, means nothing to a second container on the same volume. SQLite's is the
 * only file lock in Node.
 * @returns undefined when another process owns it
 */
export function ownFolder(folder: string): Disposable | undefined {
  const lock = new DatabaseSync(join(folder, 'owner.lock'), { open: false, timeout: 0 });
  try {
    lock.open();
    lock.exec('PRAGMA journal_mode = off; BEGIN EXCLUSIVE');
  } catch (error) {
    if (lock.isOpen) lock.close();
    const { errcode, message } = error as Error & { errcode?: number };
    if (errcode === SQLITE_BUSY) return undefined;
    throw new StartError(`the embedded database in ${folder} is not this user's to open (${message})`, {
      cause: error,
    });
  }
  writeFileSync(join(folder, 'owner.pid'), `${process.pid}\n`);
  return { [Symbol.dispose]: () => lock.close() };
}

const SQLITE_BUSY = 5;

/** For people: who owns the folder. */
export function ownerOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'owner.pid'), 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
