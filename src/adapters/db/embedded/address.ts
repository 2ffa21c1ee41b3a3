import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../errors.ts';

export const USER = 'mlops';
const DATABASE = 'postgres';
const SOCKET = '.s.PGSQL.5432';
/** macOS takes 103 bytes for the path of a socket, Linux 107. */
const LONGEST_SOCKET_PATH = 103;

/** A folder for links that nobody else can have put something into. */
function privateFolder(): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `mlops-backend-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0)
    throw new StartError(`${folder} must be a folder of this user that nobody else can enter: remove it`);
  return folder;
}

/** Another name of the folder, short enough for the address of a socket in it. */
function shortName(folder: string): string {
  if (Buffer.byteLength(join(folder, SOCKET)) <= LONGEST_SOCKET_PATH) return folder;
  const link = join(privateFolder(), createHash('sha256').update(folder).digest('hex').slice(0, 16));
  try {
    symlinkSync(folder, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || readlinkSync(link) !== folder) throw error;
  }
  return link;
}

/** The URL of the server whose data lie in the folder, by its Unix socket there. */
export const socketUrl = (data: string): string =>
  `postgres://${USER}@${encodeURIComponent(shortName(data))}/${DATABASE}`;

/** Windows has no Unix sockets that PostgreSQL's clients know. */
export const loopbackUrl = ({ port, password }: { port: number; password: string }): string =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
