import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
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

/**
 * Hands a dataset's table to whoever reads it, as long as that takes.
 * @throws {AppError} `not_found`
 */
export async function withTable<T>(
  { db, storage, scratch }: TableDeps,
  owner: string,
  datasetId: string,
  use: (table: TableInput) => Promise<T>,
): Promise<T> {
  const dataset = await getDataset(db, owner, datasetId);
  const fileType = fileTypeOf(dataset);
  await using room = needsRoom(fileType) ? await makeRoom(scratch) : undefined;
  const { name, sha256, rows, profile } = dataset;
  // Awaited here: the room must outlive it.
  return await storage.withLocalFile(dataset.storage_key, (path) =>
    use({ path, fileType, room: room?.path, rows, columns: profile.columns, data: { name, sha256 } }),
  );
}
