import os from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal } from './sql.ts';

export interface DatabaseLimits {
  readonly memoryMb: number;
  /** Where DuckDB may put what does not fit into memory; unset: nowhere, it fails instead. */
  readonly tempDirectory?: string | undefined;
  /**
   * 1 keeps the file's order of rows in a streamed result: several threads hand over their parts as they come,
   * whatever `preserve_insertion_order` says. Unset: a few.
   */
  readonly threads?: number;
}

export interface Database {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

/**
 * Gives an empty in-memory DuckDB that can read the one file `path` and nothing else: no other file, no network, no
 * extension, and no way back.
 */
export type OpenDatabase = (path: string, limits: DatabaseLimits) => Promise<Database>;

/** Each thread costs buffers of its own, and the service needs the processor too. */
const MAX_THREADS = 4;
const MAX_TEMP_SIZE = '4GB';

/** Empty, and not yet told what it may read. */
async function makeDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function confine(
  { connection }: Database,
  path: string,
  {
    memoryMb,
    tempDirectory = '',
    threads = Math.min(MAX_THREADS, os.availableParallelism()),
  }: DatabaseLimits,
): Promise<void> {
  // The order matters: after `lock_configuration` nothing can be set.
  const settings = {
    threads,
    memory_limit: literal(`${Math.floor(memoryMb)}MiB`),
    temp_directory: literal(tempDirectory),
    max_temp_directory_size: literal(tempDirectory === '' ? '0B' : MAX_TEMP_SIZE),
    // Times without an offset are taken for UTC, whatever the machine's time zone.
    TimeZone: literal('UTC'),
    allowed_paths: `[${literal(path)}]`,
    enable_external_access: 'false',
    lock_configuration: 'true',
  };
  await connection.run(
    Object.entries(settings)
      .map(([name, value]) => `SET ${name} = ${value}`)
      .join(';'),
  );
}

export const openDatabase: OpenDatabase = async (path, limits) => {
  const database = await makeDatabase();
  await confine(database, path, limits);
  return database;
};

/**
 * As `openDatabase`, for one who reads one table after the other: to make a database takes longer than to read a small
 * table, so the next one is made before it is asked for.
 */
export class SpareDatabase {
  #spare: Promise<Database> | undefined;

  /** To be called while nobody waits. */
  readonly make = (): void => {
    this.#spare ??= makeDatabase();
  };

  /** Each is for one table alone. */
  readonly open: OpenDatabase = async (path, limits) => {
    const making = this.#spare ?? makeDatabase();
    this.#spare = undefined;
    const database = await making;
    await confine(database, path, limits);
    return database;
  };
}
