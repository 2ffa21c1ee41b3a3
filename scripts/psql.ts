import { spawnSync } from 'node:child_process';
import { embeddedUrl } from '../src/adapters/db/embedded/embedded.ts';
import { config } from '../src/environment.ts';

/** psql on the service's database, with the caller's arguments: `./run.sh psql -c 'select …'`. */
const { database } = config;
const url = database.kind === 'server' ? database.url : embeddedUrl(database.root);
const { error, status } = spawnSync('psql', [url, ...process.argv.slice(2)], { stdio: 'inherit' });
if (error !== undefined) {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  console.error(missing ? 'psql is not installed (Debian: postgresql-client).' : error.message);
}
process.exitCode = status ?? 1;
