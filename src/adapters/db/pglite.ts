import { fdatasyncSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { Kysely, PGliteDialect, sql } from 'kysely';
import type { Db } from 'pg-boss';
import type { Database } from './database.ts';
import { FolderLock } from './folder-lock.ts';
import type { Schema } from './schema.ts';

/** What we use of Emscripten's file system: PGlite's own leaves out fsync. */
interface EmscriptenModule {
  NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number | null }) => number } };
}

/** Durable where the stock NodeFS is not: a commit returns after one fdatasync of the WAL. */
class DurableNodeFs extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const preRun = (module: EmscriptenModule) => {
      module.NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd != null) fdatasyncSync(stream.nfd);
        return 0;
      };
    };
    type PreRun = Extract<NonNullable<typeof emscriptenOpts.preRun>, readonly unknown[]>[number];
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...[emscriptenOpts.preRun ?? []].flat(), preRun as unknown as PreRun],
      },
    };
  }
}

const START_PARAMS = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  ...['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'],
];

/** pg-boss on PGlite. Unlike the adapter it ships, a block that fails is rolled back before anyone else runs. */
function queueAdapter(pglite: PGlite): Db {
  return {
    async executeSql(text, values) {
      if (values?.length) return pglite.query<Record<string, unknown>>(text, values);
      const results = /^\s*BEGIN\b/i.test(text)
        ? await pglite.transaction((trx) => trx.exec(text))
        : await pglite.exec(text);
      return { rows: results.flatMap((result) => result.rows) };
    },
    async listen(channel, onNotification, onReconnect) {
      const unlisten = await pglite.listen(channel, onNotification);
      onReconnect();
      return { close: () => unlisten() };
    },
  };
}

/**
 * The embedded database in `<root>/database`, locked to this process.
 * @throws when another process has it open
 */
export async function openPglite(root: string): Promise<Database> {
  const folder = join(root, 'database');
  mkdirSync(folder, { recursive: true });
  await using stack = new AsyncDisposableStack();
  stack.use(new FolderLock(join(root, 'database.lock')));
  const pglite = await PGlite.create({ fs: new DurableNodeFs(folder), startParams: START_PARAMS });
  const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  stack.defer(async () => {
    // Who waits for the connection still gets it: on a closed PGlite, Kysely's driver would keep him waiting for ever.
    await sql`select 1`.execute(db);
    await db.destroy();
  });

  const owned = stack.move();
  return {
    sql: db,
    embedded: true,
    queueOptions: { db: queueAdapter(pglite), backend: 'pglite' },
    async listen(channel, onPayload) {
      const unlisten = await pglite.listen(channel, onPayload);
      onPayload('');
      return { [Symbol.asyncDispose]: async () => (pglite.closed ? undefined : unlisten()) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
