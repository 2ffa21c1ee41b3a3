import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { embeddedUrl } from '../../src/adapters/db/embedded/embedded.ts';

/** The embedded server of a STORAGE_ROOT, as somebody with the right to its folder sees it. */
export function embeddedServer(root: string) {
  const connectionString = embeddedUrl(root);
  return {
    /** A connection of the test's own. */
    async connect(): Promise<pg.Client> {
      const client = new pg.Client({ connectionString, application_name: 'test' });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    async query<T extends pg.QueryResultRow>(this: void, statement: string): Promise<T[]> {
      const client = new pg.Client({ connectionString, application_name: 'test' });
      await client.connect();
      try {
        return (await client.query<T>(statement)).rows;
      } finally {
        await client.end();
      }
    },
    /** Ends it at once, without a checkpoint, as a crash does. */
    crash(): void {
      const [pid] = readFileSync(join(root, 'database/18/postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGQUIT');
    },
  };
}

export type EmbeddedServer = ReturnType<typeof embeddedServer>;
