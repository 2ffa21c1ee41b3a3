import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/adapters/db/migrate.ts';
import { openPglite } from '../../src/adapters/db/pglite.ts';
import { openQueue } from '../../src/adapters/queue/queue.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A STORAGE_ROOT with a migrated, empty database: copying it is ten times faster than making one. */
    templateRoot: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'mlops-template-'));
  {
    await using db = await openPglite(root);
    await migrate(db.sql);
    const queue = await openQueue(db, 'all', pino({ level: 'silent' }));
    await queue.stop(1000);
  }
  project.provide('templateRoot', root);
  return () => rm(root, { recursive: true, force: true });
}
