import { pino } from 'pino';
import { openDatabase } from '../../../src/adapters/db/postgres.ts';
import { openQueue } from '../../../src/adapters/queue/queue.ts';

/** Takes a job and never ends it. */
const logger = pino({ level: 'silent' });
const db = openDatabase(process.argv[2] as string, logger);
const queue = await openQueue(db, 'all', logger);
await queue.workTraining(1, async ({ runId }) => {
  console.log(JSON.stringify({ took: runId }));
  await new Promise(() => {});
});
await db.sql.transaction().execute((trx) => queue.enqueueTraining(trx, { runId: process.argv[3] as string }));
