import { type SpawnOptions, spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { StartError } from '../../../errors.ts';

/** As whom the server's programs run: PostgreSQL refuses root, and users without a name. */
export interface Identity {
  /** What the command line begins with. */
  readonly prefix: readonly string[];
  readonly spawn: Pick<SpawnOptions, 'uid' | 'gid'>;
  /** Gives a new folder to it. */
  adopt(folder: string): void;
}

const OURSELVES: Identity = { prefix: [], spawn: {}, adopt: () => {} };
/** `nobody`, where it has its usual number. */
const NOBODY = 65534;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

function isNamed(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

/** An account without privileges that has a name on this machine. */
function unprivileged(): Account | undefined {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([, , uid, gid]) => ({ uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  return accounts.find(({ uid }) => uid === NOBODY) ?? accounts[0];
}

const another = ({ uid, gid }: Account): Identity => ({
  prefix: [],
  spawn: { uid, gid },
  adopt: (folder) => chownSync(folder, uid, gid),
});

/** In a user namespace that calls us `uid`: it opens files as we do, and they stay ours. */
const renamed = ({ uid, gid }: Account): Identity => ({
  ...OURSELVES,
  prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`],
});

/** The path and the folders above it. */
const pathOf = (path: string): string[] =>
  path === dirname(path) ? [path] : [path, ...pathOf(dirname(path))];

function reaches({ prefix, spawn }: Identity, program: string, folder: string): boolean {
  const [command = '', ...args] = [
    ...prefix,
    ...['sh', '-c', 'test -x "$1" && test -r "$1" && test -x "$2"', 'reach', program, folder],
  ];
  return spawnSync(command, args, { ...spawn, stdio: 'ignore' }).status === 0;
}

/**
 * @param program that it must be able to run
 * @param data the server's folder, when there is one already
 * @param parent the folder that holds it
 * @throws when the server can run as nobody here
 */
export function chooseIdentity(program: string, data: string | undefined, parent: string): Identity {
  const root = process.getuid?.() === 0;
  if (process.getuid === undefined || (!root && isNamed())) return OURSELVES;

  const owner = data === undefined ? undefined : statSync(data);
  if (root && owner !== undefined && owner.uid !== 0) return another(owner);
  const account = unprivileged();
  const candidates = account === undefined ? [] : [renamed(account)];
  if (root && owner === undefined) {
    const owners = [...pathOf(program), ...pathOf(parent)].map((path) => statSync(path));
    const closed = owners.filter(({ uid, mode }) => uid !== 0 && (mode & 0o001) === 0);
    candidates.push(...closed.map(another), ...(account === undefined ? [] : [another(account)]));
  }
  const found = candidates.find((candidate) => reaches(candidate, program, parent));
  if (found === undefined)
    throw new StartError(
      `the embedded database can't run as ${root ? 'root' : 'a user without a name'}, and no other user reaches both ${program} and ${parent}: start the service as an ordinary user, or set DATABASE_URL`,
    );
  return found;
}
