import { DatabaseSync } from 'node:sqlite';

/**
 * An exclusive lock on a folder, held by the operating system until the process ends, however it ends: two
 * processes on one embedded database would corrupt it silently.
 */
export class FolderLock implements Disposable {
  readonly #db: DatabaseSync;

  /** @throws when another process holds it */
  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 0 });
    try {
      this.#db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#db.close();
      throw new Error(
        'the embedded database is in use by another process: stop it, or set another STORAGE_ROOT',
        {
          cause: error,
        },
      );
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
