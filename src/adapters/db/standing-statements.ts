import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

const LIMIT_MS = 2000;

/** One connection, which nobody lets go of because it is idle. */
export const STANDING: pg.PoolConfig = {
  max: 1,
  idleTimeoutMillis: 0,
  keepAlive: true,
  // Both: the server stops what is late, and a server that says nothing at all loses the connection.
  query_timeout: LIMIT_MS,
  onConnect: (client) => client.query(`set statement_timeout = ${LIMIT_MS}`),
};

/** The pool for statements that are asked again and again, each by itself: the server prepares what has a name, once. */
export function standingStatements(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `standing_${names.size}`;
    names.set(text, name);
    return name;
  };
  const client = {
    // The pool's own function closes the connection by which a statement failed or was late.
    query: (text: string, values: readonly unknown[]) =>
      pool.query({ name: nameOf(text), text, values: [...values] }),
    release() {},
  } as unknown as PostgresPoolClient;
  return { options: {}, connect: () => Promise.resolve(client), end: () => pool.end() };
}
