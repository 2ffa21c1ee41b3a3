import type { Database, OpenDatabase } from './duckdb.ts';

/** For the steps of one work that each ask for a database of the same file: it is opened once, and closed with this. */
export class SharedDatabase implements AsyncDisposable {
  readonly #open: OpenDatabase;
  readonly #opened = new Map<string, Promise<Database>>();

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  readonly open: OpenDatabase = async (path, limits) => {
    const key = JSON.stringify([path, limits]);
    const opened = this.#opened.get(key) ?? this.#open(path, limits);
    this.#opened.set(key, opened);
    const { connection } = await opened;
    return { connection, close: () => {} };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of await Promise.allSettled(this.#opened.values()))
      if (opened.status === 'fulfilled') opened.value.close();
  }
}
