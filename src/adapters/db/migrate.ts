import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { up } from './migrations/001-initial.ts';
import type { Schema } from './schema.ts';

/** Brings the schema up to date; safe with several processes starting at once (Kysely's lock). */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ '001-initial': { up } }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
