import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
import type { FileType } from '../../vocabulary/tables.ts';
import { fileTypeOf, getDataset } from '../dataset/repository.ts';
import { needsRoom } from '../table/plain/plain-table.ts';
import { makeRoom } from '../table/room.ts';
import type { TableInput } from './trainer.ts';

interface TableDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  /** A folder for what a table takes while it is read, made when it is not there. */
  readonly scratch: string;
}

interface Wanted {
  readonly owner: string;
  readonly datasetId: string;
  /** What means no value in this one's cells means none in it either. */
  readonly alike?: TableInput;
}

/**
 * Hands a dataset's table to whoever reads it, as long as that takes.
 * @throws {AppError} `not_found`
 */
export async function withTable<T>(
  { db, storage, scratch }: TableDeps,
  { owner, datasetId, alike }: Wanted,
  use: (table: TableInput) => Promise<T>,
): Promise<T> {
  const dataset = await getDataset(db, owner, datasetId);
  const fileType = withNaValues(fileTypeOf(dataset), alike?.fileType.layout?.na_values);
  await using room = needsRoom(fileType) ? await makeRoom(scratch) : undefined;
  const { name, sha256, rows, profile } = dataset;
  // Awaited here: the room must outlive it.
  return await storage.withLocalFile(dataset.storage_key, (path) =>
    use({ path, fileType, room: room?.path, rows, columns: profile.columns, data: { name, sha256 } }),
  );
}

function withNaValues(fileType: FileType, more: readonly string[] | undefined): FileType {
  if (more === undefined) return fileType;
  const na_values = [...new Set([...(fileType.layout?.na_values ?? []), ...more])];
  return { ...fileType, layout: { ...fileType.layout, na_values } };
}
