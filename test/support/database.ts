import type { Database } from '../../src/adapters/db/database.ts';
import { openPglite } from '../../src/adapters/db/pglite.ts';
import { storageRoot } from './storage-root.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly db: Database;
  /** Its STORAGE_ROOT. */
  readonly root: string;
}

/** A migrated, empty database of its own. */
export async function testDatabase(): Promise<TestDatabase> {
  await using stack = new AsyncDisposableStack();
  const { path: root } = stack.use(await storageRoot());
  const db = stack.use(await openPglite(root));
  const owned = stack.move();
  return { db, root, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
