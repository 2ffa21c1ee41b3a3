import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { RUN_CHANNEL } from '../../src/domain/training/repository.ts';
import { client } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { serverSentEvents } from '../support/events.ts';
import { storageRoot } from '../support/storage-root.ts';

test('bug 7: a database error ends an event stream cleanly and stands in the log, not on the console', async () => {
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });
  await using root = await storageRoot();
  await using database = await freshDatabase();
  await using app = await startApp(
    parseConfig({ STORAGE_ROOT: root.path, PORT: '0', DATABASE_URL: database.url }),
    logger,
  );
  const api = client(`http://127.0.0.1:${app.address.port}`);
  const { dataset_id } = await api.uploadFile('wine_train.csv');
  const { id } = await api.train(dataset_id);
  const db = app.database.sql;
  await db.updateTable('training_runs').set({ status: 'running' }).where('id', '=', id).execute();

  const response = await api.call(`/training-runs/${id}/events`);
  const events = serverSentEvents(response);
  while ((await events.next()).value?.event !== 'status');
  await sql`alter table training_runs rename to elsewhere`.execute(db);
  await sql`select pg_notify(${RUN_CHANNEL}, ${id})`.execute(db);

  // Its end, and nothing before it that would tell of our insides.
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(log).toContainEqual(
    expect.objectContaining({
      level: 50,
      msg: 'event stream failed',
      run: id,
      err: expect.objectContaining({ message: expect.stringContaining('training_runs') }),
    }),
  );
  await sql`alter table elsewhere rename to training_runs`.execute(db);
});
