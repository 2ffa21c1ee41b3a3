import { type DeleteQueryBuilder, type Kysely, type QueryCreator, sql } from 'kysely';
import type { Logger } from '../../telemetry/log/events.ts';
import type { Schema } from '../db/schema.ts';
import type { Storage } from './storage.ts';

const LEASE_MS = 5 * 60_000;
const RENEW_MS = 60_000;
/** After so long, what a killed process had begun to remove is anyone's again. */
const RECLAIM_MS = 60_000;

type Reason = Schema['object_leases']['reason'];

/** Objects and rows can't be written in one transaction; the leases make a crash in between harmless. */
export interface ObjectLeases {
  /**
   * Announces objects about to be written. Whoever writes the rows that speak for them settles the lease in the same
   * transaction, or statement, and keeps them once that has succeeded; disposed before that, what is still leased is removed.
   */
  hold(...keys: string[]): Promise<ObjectLease>;
  /** Notes, in the transaction that deletes the rows, that their objects are to go. */
  markForDeletion(
    trx: Kysely<Schema>,
    keys: readonly string[],
    reason: Exclude<Reason, 'write'>,
  ): Promise<void>;
  /**
   * Removes marked for deletion objects and those whose holder is gone, of one reason or of all. What can't be removed
   * now stays for the next time. Safe to run again at any time.
   */
  reclaim(now: Date, reason?: Reason): Promise<Reclaimed>;
}

export interface Reclaimed {
  removed: number;
  /** Already gone. */
  missing: number;
  failed: number;
}

export interface ObjectLease extends AsyncDisposable {
  /** @throws when it has run out */
  settle(trx: Kysely<Schema>): Promise<void>;
  /** The same as a part of the statement that writes the row: what it returns is all that was held, or it has run out. */
  settling(db: QueryCreator<Schema>): Settling;
  /** The rows are there: nothing is left to be asked for or to be removed. */
  keep(): void;
}

type Settling = DeleteQueryBuilder<Schema, 'object_leases', { storage_key: string }>;

/**
 * @param onReclaimed told of every object that a reclaim removed, or found already gone, and why it was to go; for
 *   counting, whoever reclaims
 */
export function objectLeases(
  db: Kysely<Schema>,
  storage: Storage,
  logger: Logger,
  onReclaimed: (reason: Reason, was: 'removed' | 'missing') => void = () => {},
): ObjectLeases {
  const remove = async (key: string) => {
    const there = await storage.remove(key);
    await db.deleteFrom('object_leases').where('storage_key', '=', key).execute();
    return there;
  };

  return {
    async hold(...keys) {
      const until = () => new Date(Date.now() + LEASE_MS);
      await db
        .insertInto('object_leases')
        .values(keys.map((storage_key) => ({ storage_key, reason: 'write' as const, expires_at: until() })))
        .execute();
      // An update, never an insert: a renewal that comes late must not lease a settled object again.
      const renew = () =>
        db
          .updateTable('object_leases')
          .set({ expires_at: until() })
          .where('storage_key', 'in', keys)
          .where('reason', '=', 'write')
          .execute();
      const stillLeased = async () => {
        const rows = await db
          .selectFrom('object_leases')
          .select('storage_key')
          .where('storage_key', 'in', keys)
          .execute();
        return rows.map((row) => row.storage_key);
      };
      let state: 'held' | 'settling' | 'kept' = 'held';
      const timer = setInterval(() => {
        renew().catch((error: unknown) => logger.warn({ err: error }, 'object lease not renewed'));
      }, RENEW_MS);
      const settling = (query: QueryCreator<Schema>): Settling => {
        clearInterval(timer);
        state = 'settling';
        return query
          .deleteFrom('object_leases')
          .where('storage_key', 'in', keys)
          .where('reason', '=', 'write')
          .where('expires_at', '>', new Date())
          .returning('storage_key');
      };
      return {
        settling,
        async settle(trx) {
          const held = await settling(trx).execute();
          if (held.length !== keys.length)
            throw new Error('the lease of a stored object ran out before it was settled');
        },
        keep() {
          state = 'kept';
        },
        async [Symbol.asyncDispose]() {
          clearInterval(timer);
          if (state === 'kept') return;
          try {
            // If what was to settle them was rolled back, the leases are all there again.
            for (const key of state === 'settling' ? await stillLeased() : keys) await remove(key);
          } catch (error) {
            logger.warn({ err: error, keys }, 'objects left to the clean-up');
          }
        },
      };
    },

    async markForDeletion(trx, keys, reason) {
      if (keys.length === 0) return;
      const expires_at = new Date(0);
      await trx
        .insertInto('object_leases')
        .values(keys.map((storage_key) => ({ storage_key, reason, expires_at })))
        .onConflict((oc) => oc.column('storage_key').doUpdateSet({ reason, expires_at }))
        .execute();
    },

    async reclaim(now, reason) {
      const count: Reclaimed = { removed: 0, missing: 0, failed: 0 };
      // Taken all at once: of several who reclaim at the same time, each removes and counts its own.
      const lapsed = await db
        .updateTable('object_leases')
        .set({
          // A holder who wakes up now must not settle what is being removed.
          reason: sql<Reason>`case reason when 'write' then 'delete' else reason end`,
          expires_at: new Date(Date.now() + RECLAIM_MS),
        })
        .where('expires_at', '<', now)
        .$if(reason !== undefined, (query) => query.where('reason', '=', reason as Reason))
        .returning(['storage_key', 'reason'])
        .execute();
      for (const lease of lapsed) {
        const { storage_key } = lease;
        try {
          const was = (await remove(storage_key)) ? 'removed' : 'missing';
          count[was] += 1;
          onReclaimed(lease.reason, was);
        } catch (error) {
          logger.warn({ err: error, key: storage_key }, 'object left to the next clean-up');
          count.failed += 1;
          await db
            .updateTable('object_leases')
            .set({ expires_at: new Date(0) })
            .where('storage_key', '=', storage_key)
            .execute();
        }
      }
      return count;
    },
  };
}
