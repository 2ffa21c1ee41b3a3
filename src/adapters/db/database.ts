import type { Kysely } from 'kysely';
import type { ConstructorOptions } from 'pg-boss';
import type { Schema } from './schema.ts';

/** PostgreSQL, embedded or served: one SQL dialect behind one interface. */
export interface Database extends AsyncDisposable {
  readonly sql: Kysely<Schema>;
  /** True when this process is the only one that can have work under way. */
  readonly embedded: boolean;
  /** How the queue reaches the same database. */
  readonly queueOptions: ConstructorOptions;
  /**
   * Calls `onPayload` for each `pg_notify` on the channel, and once after every (re)connection with an empty
   * payload, since notifications may have been missed. Dispose to stop.
   */
  listen(channel: string, onPayload: (payload: string) => void): Promise<AsyncDisposable>;
}
