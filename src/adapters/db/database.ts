import type { Kysely } from 'kysely';
import type { ConstructorOptions } from 'pg-boss';
import type { Connections } from '../../telemetry/instruments/connections.ts';
import type { ConnectionPool } from '../../vocabulary/connections.ts';
import type { Schema } from './schema.ts';

/**
 * By whose connections a prepared statement is asked: `work`, by those of everything else; `gauges`, by one that stays
 * open, waits for nobody and gives up after two seconds.
 */
type PreparingPool = Extract<ConnectionPool, 'work' | 'gauges'>;

/** A database on a PostgreSQL server, whoever runs the server. */
export interface Database extends AsyncDisposable {
  readonly sql: Kysely<Schema>;
  /**
   * A statement that every session of its pool parses once, and soon has a plan for. For what is asked so often and
   * answered so soon that to plan it, and to write it, would be most of what it costs.
   * @param name unlike that of any other statement
   */
  prepare<Row extends object>(
    name: string,
    statement: string,
    pool: PreparingPool,
  ): (...values: unknown[]) => Promise<Row[]>;
  /** How the queue reaches the same database. */
  readonly queueOptions: ConstructorOptions;
  /** Its pools, as they are now. */
  connections(): Readonly<Record<ConnectionPool, Connections>>;
  /**
   * Calls `onPayload` for each `pg_notify` on the channel, and once after every (re)connection with an empty
   * payload, since notifications may have been missed. Dispose to stop.
   */
  listen(channel: string, onPayload: (payload: string) => void): Promise<AsyncDisposable>;
}

/** SQLSTATE classes and codes of a server that can't be reached, is full or is going away, and the sockets' own. */
const UNAVAILABLE = /^(08|57P0|53300)|^E(CONNREFUSED|CONNRESET|PIPE|HOSTUNREACH|TIMEDOUT|NOTFOUND)$/;

/** Whether a failed query failed because the database could not be reached: the same query may work later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return (
    // The socket of the embedded server is a file, which is gone while the server is.
    (code === 'ENOENT' && syscall === 'connect') ||
    UNAVAILABLE.test(code ?? '') ||
    /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|driver has already been destroyed)/.test(
      error.message,
    )
  );
}
