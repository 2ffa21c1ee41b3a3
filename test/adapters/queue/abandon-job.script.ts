import { pino } from 'pino';
import { openPglite } from '../../../src/adapters/db/pglite.ts';
import { openQueue } from '../../../src/adapters/queue/queue.ts';

/** Takes a job and never ends it. */
const db = await openPglite(process.argv[2] as string);
const queue = await openQueue(db, 'all', pino({ level: 'silent' }));
await queue.workTraining(1, async ({ runId }) => {
  console.log(JSON.stringify({ took: runId }));
  await new Promise(() => {});
});
await db.sql.transaction().execute((trx) => queue.enqueueTraining(trx, { runId: process.argv[3] as string }));
