import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import type { ModelInstruments } from '../../../telemetry/instruments/models.ts';
import type { Logger } from '../../../telemetry/log/events.ts';
import { activeTraceId } from '../../../telemetry/span.ts';
import type { ModelChange } from '../../../vocabulary/models.ts';
import { MAX_HISTORY } from './rules.ts';

/** A line of a name's history. */
interface Line {
  readonly change: ModelChange;
  readonly alias?: string;
  readonly from?: number;
  readonly to?: number;
  readonly artifactId?: string;
}

export interface ChangeDeps {
  readonly db: Kysely<Schema>;
  readonly metrics: ModelInstruments;
  readonly logger: Logger;
}

/** What a change is made with, while the name is locked. */
interface Change {
  readonly trx: Transaction<Schema>;
  /** The last version that the name was given. */
  readonly lastVersion: number;
  note(line: Line): Promise<void>;
}

/**
 * Changes what stands under a name: one change after the other, whoever asks for them and whichever process is asked. A
 * change and its lines in the history are written together or not at all; then they are counted and logged.
 */
export type ChangeName = <T>(owner: string, name: string, work: (change: Change) => Promise<T>) => Promise<T>;

export function createChangeName({ db, metrics, logger }: ChangeDeps): ChangeName {
  return async (owner, name, work) => {
    const lines: Line[] = [];
    const result = await db.transaction().execute(async (trx) => {
      const lastVersion = await lockName(trx, owner, name);
      const note = async (line: Line) => {
        await writeHistory(trx, owner, name, line);
        lines.push(line);
      };
      return work({ trx, lastVersion, note });
    });
    for (const { change, alias, from, to } of lines) {
      metrics.changed(change);
      logger.info({ model: name, change, alias, from, to, by: owner }, 'model changed');
    }
    return result;
  };
}

/** Until the transaction ends; of a name that nothing has yet, too. */
async function lockName(trx: Transaction<Schema>, owner: string, name: string): Promise<number> {
  const { last_version } = await trx
    .insertInto('model_names')
    .values({ owner, name, last_version: 0 })
    .onConflict((oc) =>
      oc.columns(['owner', 'name']).doUpdateSet({ last_version: sql`model_names.last_version` }),
    )
    .returning('last_version')
    .executeTakeFirstOrThrow();
  return last_version;
}

async function writeHistory(
  trx: Transaction<Schema>,
  owner: string,
  name: string,
  { change, alias, from, to, artifactId }: Line,
): Promise<void> {
  await trx
    .insertInto('model_history')
    .values({
      owner,
      name,
      at: new Date(),
      // Whoever has a key is an owner: so far there is no finer identity.
      by: owner,
      change,
      alias: alias ?? null,
      from_version: from ?? null,
      to_version: to ?? null,
      artifact_id: artifactId ?? null,
      trace_id: activeTraceId() ?? null,
    })
    .execute();
  await trx
    .deleteFrom('model_history')
    .where('owner', '=', owner)
    .where('name', '=', name)
    .where('id', '<=', ({ selectFrom }) =>
      selectFrom('model_history as older')
        .select('older.id')
        .where('older.owner', '=', owner)
        .where('older.name', '=', name)
        .orderBy('older.id', 'desc')
        .offset(MAX_HISTORY)
        .limit(1),
    )
    .execute();
}
