import type { Kysely } from 'kysely';
import type { Schema } from '../adapters/db/schema.ts';
import { AppError } from '../errors.ts';
import { lockOwned, noSuch, type OwnedTable } from './owned-rows.ts';

export const MAX_TAGS = 20;

/** Without a value a tag is a word. */
export type Tags = Readonly<Record<string, string>>;

/** What people write on things of theirs. */
export interface Annotations {
  readonly tags: Tags;
  readonly note: string | null;
}

/** As JSON merge patch (RFC 7396) has it: null takes away, what is not named stays. */
export interface AnnotationPatch {
  readonly tags?: Readonly<Record<string, string | null>> | null | undefined;
  readonly note?: string | null | undefined;
}

/** @throws {AppError} `conflict` when there would be too many tags; `not_found` */
export async function annotate(
  db: Kysely<Schema>,
  table: OwnedTable,
  owner: string,
  id: string,
  patch: AnnotationPatch,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await lockOwned(trx, table, owner, id);
    if (!row) throw noSuch(table);
    const tags = patchedTags(row.tags, patch.tags);
    const { note = row.note } = patch;
    await trx
      .updateTable(table)
      .set({ tags: JSON.stringify(tags), note })
      .where('id', '=', id)
      .execute();
  });
}

function patchedTags(before: Tags, patch: AnnotationPatch['tags']): Tags {
  if (patch === undefined) return before;
  const kept = Object.entries({ ...(patch && before), ...patch }).filter(
    (tag): tag is [string, string] => tag[1] !== null,
  );
  if (kept.length > MAX_TAGS)
    throw new AppError('conflict', `There would be ${kept.length} tags; at most ${MAX_TAGS} may be.`);
  return Object.fromEntries(kept);
}
