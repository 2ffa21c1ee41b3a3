import pg from 'pg';
import { pino } from 'pino';
import { openEmbedded } from '../../../../src/adapters/db/embedded/embedded.ts';

/** Has the embedded server of a folder, as its owner or as a guest, until it is killed. */
const [root = '', joining] = process.argv.slice(2);
// As the service at Ctrl-C, which ends in its own time.
process.on('SIGINT', () => {});
const logger = pino({ level: 'silent' });
try {
  const server = await openEmbedded({ root, mayJoin: joining === 'join', logger });
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  if (server.owned) {
    await client.query('create table if not exists kept (value text)');
    await client.query(`insert into kept values ('acknowledged')`);
  }
  console.log(JSON.stringify({ url: server.url, owned: server.owned, uid: process.getuid?.() }));
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).message }));
  process.exit(1);
}
setInterval(() => {}, 60_000);
