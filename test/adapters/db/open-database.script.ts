import { sql } from 'kysely';
import { openPglite } from '../../../src/adapters/db/pglite.ts';
import { takeSyncs } from '../count-syncs.ts';

/** Holds the database open; commits once and says how often it flushed. */
const db = await openPglite(process.argv[2] as string);
await sql`create table if not exists kept (value text)`.execute(db.sql);
takeSyncs();
await db.sql.transaction().execute(async (trx) => {
  await sql`insert into kept values ('acknowledged')`.execute(trx);
});
console.log(JSON.stringify({ syncs: takeSyncs() }));
setInterval(() => {}, 60_000);
