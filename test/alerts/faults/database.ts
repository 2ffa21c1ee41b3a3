import { type Fault, mendedBy, nothing, together } from '../fault.ts';
import { answer, every } from '../load.ts';
import type { World } from '../world.ts';
import { locked } from './requests.ts';

const SLOW_SCRAPES = {
  ScrapesFailing:
    'on the compressed clock alone: a scrape waits up to 1 s for the database, all that its time-out has there',
};

/** Nobody else gets at a table's rows. */
async function lockedThroughout(world: World, table: string): Promise<AsyncDisposable> {
  const client = await world.database.connect();
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
  return mendedBy(async () => {
    await client.query('rollback');
    await client.end();
  });
}

/** PostgreSQL: slow, gone, started anew, used up. */
export const databaseFaults: readonly Fault[] = [
  {
    name: 'The database is slow',
    how: 'the tables of datasets and runs are locked for 3 s at a time',
    world: {},
    expected: ['DatabaseGaugesMissing', 'SloBudgetBurnsFast'],
    allowed: {
      DatabasePoolExhausted: 'who waits for a lock holds a connection',
      ...SLOW_SCRAPES,
    },
    make: async (world) => locked(world, 'datasets, training_runs', 3),
  },
  {
    name: 'The database is gone',
    how: 'its server is stopped',
    world: {},
    expected: ['HttpErrorRatioHigh', 'DatabaseGaugesMissing'],
    allowed: {
      UploadsLost: 'uploads fail as well',
      SloBudgetBurnsFast: 'requests wait for a connection before they fail',
      DatabasePoolExhausted: 'requests wait for a connection before they fail',
      ...SLOW_SCRAPES,
    },
    async make({ database }) {
      await database.stop();
      return mendedBy(() => database.start());
    },
  },
  {
    name: 'PostgreSQL is restarted',
    how: 'SIGQUIT to the server, which is started again at once',
    world: {},
    expected: [],
    lasts: 15,
    async make({ database }) {
      database.crash();
      return nothing;
    },
  },
  {
    name: 'No connection is free',
    how: 'the table of models is locked throughout while five requests a second ask for it',
    world: {},
    expected: ['DatabasePoolExhausted'],
    allowed: {
      SloBudgetBurnsFast: 'requests wait, and are answered too late',
      HttpErrorRatioHigh: 'requests that wait too long fail',
      UploadsLost: 'uploads that wait too long fail',
    },
    async make(world) {
      const [api] = world.apis;
      return together(
        await lockedThroughout(world, 'artifacts'),
        every(200, () => answer(api!.api.call('/artifacts?limit=1'))),
      );
    },
  },
];
