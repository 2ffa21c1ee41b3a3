import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../../../errors.ts';
import { USER } from './address.ts';
import type { Binaries } from './binaries.ts';
import { runGuarded } from './guarded.ts';
import type { Identity } from './identity.ts';

const UNFINISHED = 'unfinished-';

/**
 * Where a server of this major version keeps its data: the folder is named by it, since no other version reads it.
 * @throws when what is there is of another version
 */
export function dataFolder(folder: string, major: string): string {
  if (existsSync(join(folder, 'PG_VERSION')))
    throw new StartError(
      `${folder} holds a database of the former embedded kind, which this version can't read: set another STORAGE_ROOT, or move this one away`,
    );
  const data = join(folder, major);
  const others = readdirSync(folder).filter((name) => /^\d+$/.test(name) && name !== major);
  if (others.length > 0 && !existsSync(data))
    throw new StartError(
      `${join(folder, others.join(', '))} was made by another major version of PostgreSQL, this is ${major}: copy it with pg_dump by the version of the service that made it, move it away, start, and restore the copy (docs/architecture.md)`,
    );
  return data;
}

/** Makes the data folder if there is none; a stop in the middle leaves nothing that looks like one. */
export async function createData(
  data: string,
  folder: string,
  { initdb, pgCtl }: Binaries,
  identity: Identity,
  password: string | undefined,
): Promise<void> {
  for (const name of readdirSync(folder))
    if (name.startsWith(UNFINISHED)) rmSync(join(folder, name), { recursive: true, force: true });
  if (existsSync(data)) return;

  const unfinished = join(folder, `${UNFINISHED}${randomUUID()}`);
  mkdirSync(unfinished, { mode: 0o700 });
  identity.adopt(unfinished);
  const passwordFile = join(folder, `${UNFINISHED}password`);
  if (password !== undefined) writeFileSync(passwordFile, password, { mode: 0o600 });
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  // Whoever may enter the folder of the socket may do anything.
  const access =
    password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', '--pwfile', passwordFile];
  // One call for all of its thousand files: several times as fast where others write too.
  const sync = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];
  await using running = runGuarded(
    [initdb, '-D', unfinished, '-U', USER, '--no-instructions', ...locale, ...access, ...sync],
    { identity, pgCtl },
  );
  const code = await running.ended;
  if (code !== 0)
    throw new StartError(
      `the embedded database could not be made (${code}): ${running.lastWords.join(' ') || 'without a word'}`,
    );
  renameSync(unfinished, data);
  rmSync(passwordFile, { force: true });
}
