import os from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal } from './sql.ts';

export interface DatabaseLimits {
  readonly memoryMb: number;
  /** Where DuckDB may put what does not fit into memory; unset: nowhere, it fails instead. */
  readonly tempDirectory?: string;
  /**
   * 1 keeps the file's order of rows in a streamed result: several threads hand over their parts as they come,
   * whatever `preserve_insertion_order` says. Unset: a few.
   */
  readonly threads?: number;
}

/** Each thread costs buffers of its own, and the service needs the processor too. */
const MAX_THREADS = 4;
const MAX_TEMP_SIZE = '4GB';

/**
 * An empty in-memory DuckDB that can read the one file `path` and nothing else: no other file, no network, no
 * extension, and no way back. The order matters: after `lock_configuration` nothing can be set.
 */
export async function openDatabase(
  path: string,
  {
    memoryMb,
    tempDirectory = '',
    threads = Math.min(MAX_THREADS, os.availableParallelism()),
  }: DatabaseLimits,
): Promise<{ connection: DuckDBConnection; close: () => void }> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryMb)}MiB`,
  });
  const connection = await instance.connect();
  const settings = {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: literal(tempDirectory),
    max_temp_directory_size: literal(tempDirectory === '' ? '0B' : MAX_TEMP_SIZE),
    // Times without an offset are taken for UTC, whatever the machine's time zone.
    TimeZone: literal('UTC'),
    allowed_paths: `[${literal(path)}]`,
    enable_external_access: 'false',
    lock_configuration: 'true',
  };
  for (const [name, value] of Object.entries(settings)) await connection.run(`SET ${name} = ${value}`);
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
