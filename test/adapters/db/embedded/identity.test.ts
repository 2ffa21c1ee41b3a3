import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../../support/client.ts';
import { hasProgram } from '../../../support/programs.ts';
import { storageRoot } from '../../../support/storage-root.ts';
import { tied } from '../../../support/tied.ts';
import { alive, descendants, postmaster } from './processes.ts';

const OWN_SERVER = fileURLToPath(new URL('./own-server.script.ts', import.meta.url));
const DAEMON = 1;
const NOBODY = 65534;
/** No account of any machine has it. */
const NAMELESS = 54321;

interface As {
  readonly uid?: number;
  readonly env?: Record<string, string>;
}

/** Owns a server as somebody, and gives whom the data and the server belong to. */
async function ownServer(
  root: string,
  { uid, env = {} }: As = {},
): Promise<{ data: number; server: number }> {
  const owner = tied(
    spawn(process.execPath, [OWN_SERVER, root], {
      detached: true,
      ...(uid !== undefined && { uid, gid: uid }),
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  try {
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    expect(JSON.parse(line)).toMatchObject({ owned: true });
    const { uid: data } = await stat(join(root, 'database/18'));
    const { uid: server } = await stat(`/proc/${postmaster(descendants(owner.pid as number))}`);
    return { data, server };
  } finally {
    const processes = descendants(owner.pid as number);
    owner.kill('SIGKILL');
    await eventually(async () => alive(processes).length === 0);
  }
}

/** A folder that only this user can enter, with a STORAGE_ROOT in it. */
async function privateParent(path: string, uid: number): Promise<string> {
  const root = join(path, 'private/root');
  await mkdir(root, { recursive: true });
  await chown(join(path, 'private'), uid, uid);
  await chmod(join(path, 'private'), 0o700);
  await chmod(path, 0o755);
  return root;
}

describe.skipIf(process.getuid?.() !== 0 || !hasProgram('unshare'))(
  'started by root (Linux, util-linux)',
  () => {
    test('the server runs under another name, and its files stay root’s', async () => {
      await using root = await storageRoot();
      expect(await ownServer(root.path)).toEqual({ data: 0, server: 0 });
    });

    test('a folder that only root can enter will do', async () => {
      await using root = await storageRoot();
      expect(await ownServer(await privateParent(root.path, 0))).toMatchObject({ data: 0 });
    });

    test('a folder that only somebody else can enter is served as that user', async () => {
      await using root = await storageRoot();
      const served = await ownServer(await privateParent(root.path, DAEMON));
      expect(served).toEqual({ data: DAEMON, server: DAEMON });
    });

    test('without user namespaces the server runs as nobody, who has its folder and no other', async () => {
      await using root = await storageRoot();
      await chmod(root.path, 0o755);
      // The programs that the guard needs, and no `unshare`.
      const bin = join(root.path, 'bin');
      await mkdir(bin);
      for (const name of ['sh', 'sleep']) await symlink(`/bin/${name}`, join(bin, name));
      expect(await ownServer(root.path, { env: { PATH: bin } })).toEqual({ data: NOBODY, server: NOBODY });
      expect((await stat(join(root.path, 'database'))).uid).toBe(0);
      // And again, by what it finds.
      expect(await ownServer(root.path)).toEqual({ data: NOBODY, server: NOBODY });
    });

    test.each([
      ['an ordinary user', NOBODY],
      ['a user without a name', NAMELESS],
    ])('as %s, without a home, the server is that user’s', async (_, uid) => {
      await using root = await storageRoot();
      await chown(root.path, uid, uid);
      expect(await ownServer(root.path, { uid })).toEqual({ data: uid, server: uid });
    });
  },
);

// Root has tried it as two other users above.
if (process.getuid?.() !== 0) {
  test('started by an ordinary user without a home, the server is that user’s', async () => {
    await using root = await storageRoot();
    const uid = process.getuid?.() ?? -1;
    expect(await ownServer(root.path)).toEqual({ data: uid, server: uid });
  });
}
