import { type Kysely, sql } from 'kysely';
import { addCounts, type BinnedRows, type InputCounts } from '#tabular';
import type { Schema } from '../../../adapters/db/schema.ts';
import { HOUR_MS } from '../../../vocabulary/windows.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Hours of models that wait to be written; the oldest are given up while the database can't be reached. */
const MAX_PENDING = 4096;

/** What came since a moment. */
export interface SeenInputs extends BinnedRows {
  /** Where the first hour with rows begins; null: there is none. */
  readonly since: Date | null;
}

/**
 * What models were asked about, by the hour, for all processes together and over restarts. Calls only add up in memory;
 * what was added is written when the history is flushed, so a killed process loses what came since.
 */
export interface InputHistory {
  /** @param counts added up, not kept */
  add(artifactId: string, counts: InputCounts): void;
  /** Of all hours that end after the moment; what this process has seen is written before. */
  since(artifactId: string, moment: Date): Promise<SeenInputs>;
  /** What could not be written waits for the next time. */
  flush(): Promise<void>;
}

interface Pending extends InputCounts {
  readonly artifactId: string;
  readonly hour: number;
}

/** @param now milliseconds since 1970 */
export function createInputHistory(db: Kysely<Schema>, now: () => number = Date.now): InputHistory {
  let pending = new Map<string, Pending>();

  const add = (artifactId: string, hour: number, counts: InputCounts) => {
    const name = `${artifactId} ${hour}`;
    const into = pending.get(name);
    if (into) addCounts(counts, into);
    else pending.set(name, { artifactId, hour, rows: counts.rows, bins: counts.bins.slice() });
    if (pending.size > MAX_PENDING) pending.delete(pending.keys().next().value as string);
  };

  const flush = oneAtATime(async () => {
    if (pending.size === 0) return;
    const writing = [...pending.values()];
    pending = new Map();
    try {
      await write(db, writing);
    } catch (error) {
      for (const { artifactId, hour, ...counts } of writing) add(artifactId, hour, counts);
      throw error;
    }
  });

  return {
    add: (artifactId, counts) => add(artifactId, startOfHour(now()), counts),
    async since(artifactId, moment) {
      await flush();
      return read(db, artifactId, new Date(startOfHour(moment.getTime())));
    },
    flush,
  };
}

const startOfHour = (time: number) => time - (time % HOUR_MS);

/** Always in the same order, so that no two processes wait for each other. A model that is gone has no hours. */
async function write(db: Kysely<Schema>, hours: readonly Pending[]): Promise<void> {
  const rows = hours.map(({ artifactId, hour, rows, bins }) => ({
    artifact_id: artifactId,
    hour: new Date(hour),
    rows,
    bins: [...bins],
  }));
  await sql`
    insert into input_counts (artifact_id, hour, rows, bins)
    select seen.artifact_id, seen.hour, seen.rows, seen.bins
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as seen (artifact_id uuid, hour timestamptz, rows bigint, bins bigint[])
    join artifacts on artifacts.id = seen.artifact_id
    order by seen.artifact_id, seen.hour
    for key share of artifacts
    on conflict (artifact_id, hour) do update set
      rows = input_counts.rows + excluded.rows,
      bins = array(
        select was + came from unnest(input_counts.bins, excluded.bins) with ordinality as bin (was, came, place)
        order by place)`.execute(db);
}

async function read(db: Kysely<Schema>, artifactId: string, from: Date): Promise<SeenInputs> {
  const { rows: answer } = await sql<{ since: Date | null; rows: number; bins: number[] }>`
    with hours as materialized (
      select hour, rows, bins from input_counts where artifact_id = ${artifactId} and hour >= ${from}
    )
    select
      (select min(hour) from hours) as since,
      (select coalesce(sum(rows), 0)::float8 from hours) as rows,
      array(
        select sum(count)::float8 from hours, unnest(bins) with ordinality as bin (count, place)
        group by place order by place) as bins`.execute(db);
  const { since, rows, bins } = answer[0]!;
  return { since, rows, bins: Float64Array.from(bins) };
}
