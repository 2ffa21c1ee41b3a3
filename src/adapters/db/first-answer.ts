import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from '../../telemetry/log/events.ts';
import type { Database } from './database.ts';

const PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 500;
/** SQLSTATE of a server that starts, or recovers from a crash. */
const STARTING = '57P03';

/** Whether a server is there that will answer soon: one that takes no connection at all may be the wrong one. */
const isComingUp = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === STARTING) ||
    error.message.startsWith('timeout exceeded when trying to connect'));

/**
 * Resolves when the database answers. Where a whole stack starts on a busy machine, it may be the last that comes up, and
 * whoever gives up before it has to be started again.
 * @throws what it answers instead, or whatever kept it from answering for half a minute
 */
export async function firstAnswer(db: Database, logger: Logger): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await sql`select 1`.execute(db.sql);
      return;
    } catch (error) {
      if (!isComingUp(error) || performance.now() > end) throw error;
      logger.warn({}, 'database does not answer yet');
      await delay(ASK_AGAIN_MS);
    }
  }
}
