import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import * as initial from './migrations/001-initial.ts';
import * as runWaiting from './migrations/002-run-waiting.ts';
import type { Schema } from './schema.ts';

const MIGRATIONS = { '001-initial': initial, '002-run-waiting': runWaiting };

/** Brings the schema up to date; safe with several processes starting at once (Kysely's lock). */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
