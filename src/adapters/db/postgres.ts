import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Connections } from '../../telemetry/instruments/connections.ts';
import type { Logger } from '../../telemetry/log/events.ts';
import { untraced } from '../../telemetry/running.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

const INT8 = 20;
const RECONNECT_DELAY_MS = 1000;
const CONNECT_LIMIT_MS = 5000;
const MAX_CONNECTIONS = 10;
const QUEUE_CONNECTIONS = 3;
const GAUGES_LIMIT_MS = 2000;
const KEEP_ALIVE_AFTER_MS = 10_000;

/** Our 64-bit columns are counts and bytes, all below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : (pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown),
};

/** One session that listens, opened again whenever it is lost. */
async function listen(url: string, logger: Logger, channel: string, onPayload: (payload: string) => void) {
  const stop = new AbortController();
  let client: pg.Client | undefined;

  /** In an object: a promise that is returned would be waited for. */
  const connect = async (): Promise<{ lost: Promise<void> }> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'mlops-backend-listen',
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    });
    const lost = new Promise<void>((resolve) => {
      next.on('end', resolve);
      next.on('error', () => resolve());
    });
    next.on('notification', (message) => onPayload(message.payload ?? ''));
    try {
      await next.connect();
      await next.query(`listen ${next.escapeIdentifier(channel)}`);
      stop.signal.throwIfAborted();
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    client = next;
    onPayload('');
    return { lost };
  };

  let connection = await connect();
  const keepUp = (async () => {
    for (;;) {
      await connection.lost;
      if (stop.signal.aborted) return;
      logger.warn({ channel }, 'database notifications lost, reconnecting');
      await delay(RECONNECT_DELAY_MS, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return;
      connection = await connect().catch(() => ({ lost: Promise.resolve() }));
    }
  })();

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await client?.end().catch(() => {});
      await keepUp;
    },
  };
}

function openPool(url: string, logger: Logger, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    ...options,
    connectionString: url,
    types,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  });
  pool.on('error', ({ message }) => {
    // The error as a whole holds the client, all its settings included.
    if (!pool.ending) logger.warn({ cause: message }, 'idle database connection lost');
  });
  // A client that is in use and not in a query when its session ends tells nobody but its own listeners, and an error
  // that nobody listens to would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * For what the queue does by itself, so that no poll and no heartbeat waits behind a crowd. Nobody waits for the disk
 * either: a delivery, a heartbeat or an end that a crash of the machine undoes is made again, by what the runs say. What
 * is queued is written with the run, in its transaction.
 */
const openQueuePool = (url: string, logger: Logger): pg.Pool =>
  openPool(url, logger, {
    max: QUEUE_CONNECTIONS,
    onConnect: (client) => client.query('set synchronous_commit = off'),
  });

/** One connection, which nobody lets go of because it is idle: a scrape waits neither for a crowd nor for a session. */
const openGaugesPool = (url: string, logger: Logger): pg.Pool =>
  openPool(url, logger, {
    max: 1,
    idleTimeoutMillis: 0,
    keepAlive: true,
    // Both: the server stops what is late, and a server that says nothing at all loses the connection.
    query_timeout: GAUGES_LIMIT_MS,
    onConnect: (client) => client.query(`set statement_timeout = ${GAUGES_LIMIT_MS}`),
  });

const connectionsOf = (pool: pg.Pool): Connections => ({
  used: pool.totalCount - pool.idleCount,
  idle: pool.idleCount,
  waiting: pool.waitingCount,
  limit: pool.options.max,
});

/** The database at a `postgres://` URL. Connections are opened when first needed. */
export function openDatabase(url: string, logger: Logger): Database {
  const pools = {
    work: openPool(url, logger, { max: MAX_CONNECTIONS }),
    queue: openQueuePool(url, logger),
    gauges: openGaugesPool(url, logger),
  };
  const sql = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: pools.work }) });
  return {
    sql,
    prepare:
      <Row extends object>(name: string, text: string, pool: keyof typeof pools) =>
      async (...values: unknown[]) =>
        // The pool's own function closes the connection by which a statement failed or was late.
        (await pools[pool].query<Row>({ name, text, values })).rows,
    queueOptions: {
      db: {
        // A client whose statement failed is not used again: no transaction stays half-done in it.
        // Whom a poll, a heartbeat or a look for lost workers belongs to, nobody can say: they stand in no trace.
        executeSql: (text, values) => untraced(() => pools.queue.query(text, values)),
        async listen(channel, onNotification, onReconnect) {
          const listening = await listen(url, logger, channel, (payload) =>
            payload === '' ? onReconnect() : onNotification(payload),
          );
          return { close: () => listening[Symbol.asyncDispose]() };
        },
      },
    },
    connections: () => ({
      work: connectionsOf(pools.work),
      queue: connectionsOf(pools.queue),
      gauges: connectionsOf(pools.gauges),
    }),
    listen: (channel, onPayload) => listen(url, logger, channel, onPayload),
    async [Symbol.asyncDispose]() {
      await sql.destroy();
      // Kysely leaves a pool open that it was never asked through; what is read at the very end would open a connection.
      await Promise.all(Object.values(pools).map((pool) => pool.ending || pool.end()));
    },
  };
}
