import { minutes } from '../compression.ts';
import { type Fault, mendedBy, nothing, together } from '../fault.ts';
import { again, every, wineRows } from '../load.ts';
import type { Job, World } from '../world.ts';
import { longRun, waitingRun } from './runs.ts';

/** Processes that die, hang, or are made fewer. */
const SPLIT = { apis: 2, workers: 3 };

async function kill(world: World, job: Job, count: number, targets: 'vanish' | 'stay' = 'vanish') {
  const list = job === 'backend' ? world.apis : world.workers;
  const victims = list.slice(-count);
  await world.end(victims, 'SIGKILL', targets);
  return victims;
}

const STARTS_LOOK_SLOW = 'on the compressed clock alone: a start of two seconds is half a minute there';

/** Killed, and after a while started again under other addresses, as containers are. */
const killed = (name: string, world: Fault['world'], job: Job, count: number, expected: string): Fault => ({
  name,
  how: 'SIGKILL; its target vanishes',
  world,
  expected: [expected],
  async make(here) {
    await kill(here, job, count);
    return mendedBy(async () => {
      for (let i = 0; i < count; i++) await here.start(job);
    });
  },
});

export const processFaults: readonly Fault[] = [
  killed('One of three workers dies', SPLIT, 'worker', 1, 'InstanceLost'),
  killed('One of two APIs dies', SPLIT, 'backend', 1, 'InstanceLost'),
  {
    ...killed('Every worker dies, one of them in training', { workers: 2 }, 'worker', 2, 'WorkerMissing'),
    how: 'SIGKILL; their targets vanish, their run stays “running” in the database',
    async make(world) {
      const run = await longRun(world);
      await waitingRun(world);
      await kill(world, 'worker', 2);
      return mendedBy(async () => {
        await run[Symbol.asyncDispose]();
        await world.start('worker');
        await world.start('worker');
      });
    },
  },
  killed('The only API dies', {}, 'backend', 1, 'BackendMissing'),
  {
    name: 'An API dies where targets are fixed',
    how: 'SIGKILL; its target stays',
    world: { apis: 2 },
    expected: ['TargetDown'],
    async make(world) {
      const [victim] = await kill(world, 'backend', 1, 'stay');
      const port = new URL(victim?.origin ?? '').port;
      return mendedBy(() => world.start('backend', { PORT: port }));
    },
  },
  {
    name: 'A worker hangs',
    how: 'SIGSTOP; it holds its connections and answers nothing',
    world: SPLIT,
    expected: ['TargetDown'],
    async make(world) {
      const [victim] = world.workers;
      victim?.process.kill('SIGSTOP');
      return mendedBy(async () => victim?.process.kill('SIGCONT'));
    },
  },
  {
    name: 'The queue is not served',
    how: 'the workers may not log in to PostgreSQL any more; runs are asked for and wait',
    world: { load: false },
    expected: ['TrainingQueueNotServed', 'DatabaseGaugesMissing'],
    async make(world) {
      const [old] = world.workers;
      await world.database.query('create role serving superuser login');
      const url = new URL(world.database.url);
      url.username = 'serving';
      await world.start('worker', { DATABASE_URL: url.href });
      if (old) await world.end([old], 'SIGTERM');
      await world.database.query('alter role serving nologin');
      await world.database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'serving'",
      );
      await waitingRun(world);
      return mendedBy(() => world.database.query('alter role serving login'));
    },
  },
  {
    name: 'A worker dies again and again',
    how: 'SIGKILL as soon as it is scraped, and started again at once under the same address',
    world: {},
    expected: ['ProcessCrashLooping'],
    allowed: {
      ScrapesFailing: 'some fall between two starts',
      WorkerMissing: STARTS_LOOK_SLOW,
      TargetDown: STARTS_LOOK_SLOW,
    },
    async make(world) {
      const port = new URL(world.workers[0]?.origin ?? '').port;
      return again(async () => {
        await kill(world, 'worker', 1, 'stay');
        await world.start('worker', { PORT: port });
      });
    },
  },
  {
    name: 'Scaled down on purpose',
    how: 'one of three workers is stopped (SIGTERM) and stays away',
    world: SPLIT,
    expected: ['InstanceLost'],
    passes: true,
    async make(world) {
      const [leaving] = world.workers;
      if (leaving) await world.end([leaving], 'SIGTERM');
      return nothing;
    },
  },
  {
    name: 'Half an hour of normal load',
    how: 'requests, uploads, trainings, predictions',
    world: SPLIT,
    expected: [],
    lasts: 30,
    make: async () => nothing,
  },
  {
    name: 'A deploy',
    how: 'every process is replaced under load, one after the other (a start under a new address, then SIGTERM to the old one), **three times faster**: what Prometheus takes to note either is as long as in the stack then',
    world: SPLIT,
    expected: [],
    lasts: 15,
    factor: 3,
    async make(world) {
      for (const job of ['backend', 'worker'] as const)
        for (const old of [...(job === 'backend' ? world.apis : world.workers)]) {
          await world.start(job);
          await world.end([old], 'SIGTERM');
        }
      return nothing;
    },
  },
  {
    name: 'A deploy that stops first',
    how: 'as compose does it, and **at true speed**: each process is stopped (SIGTERM), then started under a new address',
    world: SPLIT,
    expected: [],
    factor: 1,
    async make(world) {
      for (const job of ['backend', 'worker'] as const)
        for (const old of [...(job === 'backend' ? world.apis : world.workers)]) {
          await world.end([old], 'SIGTERM', 'stay');
          world.discovery.remove(new URL(old.origin).host);
          await world.start(job);
        }
      return nothing;
    },
  },
  {
    name: 'A night without traffic',
    how: 'the ninth hour of nothing but probes and scrapes, eight being written down before; two requests fail, four minutes apart',
    world: { load: false, history: { busy: 6, quiet: 8 } },
    expected: [],
    lasts: 60,
    async make(world) {
      const probes = every(1000, async () => {
        for (const { origin } of [...world.apis, ...world.workers])
          await (await fetch(`${origin}/api/ready`)).text();
      });
      const failures = (async () => {
        for (let i = 0; i < 2; i++) {
          await new Promise((resolve) => setTimeout(resolve, minutes(i === 0 ? 20 : 4)));
          await failedRequest(world);
        }
      })();
      return together(
        probes,
        mendedBy(() => failures),
      );
    },
  },
  {
    name: 'One long training with another one waiting',
    how: 'the only trainer works on one run for 50 minutes (held by SIGSTOP)',
    world: { load: false },
    expected: [],
    lasts: 50,
    async make(world) {
      const run = await longRun(world);
      await waitingRun(world);
      return run;
    },
  },
];

/** One answer of 500: the database is asked while a table is away. */
async function failedRequest(world: World): Promise<void> {
  const [api] = world.apis;
  if (!api) return;
  await world.database.query('alter table artifacts rename to artifacts_away');
  const response = await api.api.post(`/artifacts/${crypto.randomUUID()}/predict`, { rows: wineRows(1) });
  await response.text();
  await world.database.query('alter table artifacts_away rename to artifacts');
  if (response.status < 500) throw new Error(`the request was answered ${response.status}`);
}
