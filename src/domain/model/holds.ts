import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';

/** A version of a name, which holds its artifact: as long as it is there, nobody removes the artifact. */
export interface Hold {
  readonly name: string;
  readonly version: number;
}

/** Of these artifacts, those that are held, and by what. */
export async function holdsOf(
  db: Kysely<Schema>,
  artifactIds: readonly string[],
): Promise<Map<string, Hold[]>> {
  if (artifactIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('model_versions')
    .innerJoin('models', 'models.id', 'model_versions.model_id')
    .select(['model_versions.artifact_id', 'models.name', 'model_versions.version'])
    .where('model_versions.artifact_id', 'in', artifactIds)
    .orderBy('models.name')
    .execute();
  const holds = new Map<string, Hold[]>();
  for (const { artifact_id, name, version } of rows)
    holds.set(artifact_id, [...(holds.get(artifact_id) ?? []), { name, version }]);
  return holds;
}
