import { pino } from 'pino';
import { type EmbeddedServer, openEmbedded } from '../../src/adapters/db/embedded/embedded.ts';
import { eventually } from '../support/client.ts';
import { embeddedServer } from '../support/embedded-server.ts';
import { freePort } from '../support/free-port.ts';
import { type Service, startService } from '../support/service.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { storageRoot } from '../support/storage-root.ts';
import { COMPRESSED_SETTINGS } from './compression.ts';
import { type Discovery, startDiscovery } from './discovery.ts';
import { normalLoad, REQUESTS_PER_SECOND } from './load.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';

export type Job = 'backend' | 'worker';

export interface WorldSpec {
  readonly apis?: number;
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether somebody uses it; yes unless said otherwise. */
  readonly load?: boolean;
  /** Hours without a fault that Prometheus remembers, with requests and then without: 6 and 0 unless said otherwise. */
  readonly history?: { readonly busy: number; readonly quiet: number };
}

const DISK_MIB = 96;
const RESERVE_BYTES = 8 * 1024 * 1024;

/** The database's server, in our hands. */
export interface Database {
  readonly url: string;
  query: ReturnType<typeof embeddedServer>['query'];
  connect: ReturnType<typeof embeddedServer>['connect'];
  /** Ends it at once; its owner starts it again. */
  crash(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The service in split roles, somebody who uses it, and its monitoring on the compressed clock. */
export interface World extends AsyncDisposable {
  readonly disk: SmallDisk;
  readonly database: Database;
  readonly monitoring: Monitoring;
  readonly discovery: Discovery;
  readonly apis: Service[];
  readonly workers: Service[];
  /** A further process, which is scraped by the time it is handed over. */
  start(job: Job, env?: Readonly<Record<string, string>>): Promise<Service>;
  /**
   * Ends processes; their targets vanish with them, as containers' names do, unless they `stay`. Prometheus takes note
   * of changed targets every few seconds and no sooner, which would be minutes on the compressed clock: so they are
   * taken away first, and the processes end when they are.
   */
  end(services: readonly Service[], signal: NodeJS.Signals, targets?: 'vanish' | 'stay'): Promise<void>;
}

async function startDatabase(stack: AsyncDisposableStack): Promise<Database> {
  const { path: root } = stack.use(await storageRoot());
  const open = () =>
    openEmbedded({
      root,
      mayJoin: false,
      logger: pino({ level: 'silent' }),
      settings: { fsync: 'off', full_page_writes: 'off' },
    });
  let server: EmbeddedServer | undefined = await open();
  const stop = async () => {
    const running = server;
    server = undefined;
    await running?.[Symbol.asyncDispose]();
  };
  stack.defer(stop);
  const { url } = server;
  return {
    ...embeddedServer(root),
    url,
    stop,
    async start() {
      server = await open();
    },
  };
}

export async function startWorld(spec: WorldSpec): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const disk = stack.use(await smallDisk(DISK_MIB));
  const database = await startDatabase(stack);
  const discovery = stack.use(await startDiscovery());
  const processes = stack.use(new AsyncDisposableStack());
  const services: Record<Job, Service[]> = { backend: [], worker: [] };

  let scraped: ((target: string) => Promise<void>) | undefined;
  const start = async (job: Job, env: Readonly<Record<string, string>> = {}) => {
    const service = processes.use(
      await startService(disk.path, {
        ROLE: job === 'backend' ? 'api' : 'worker',
        PORT: String(await freePort()),
        DATABASE_URL: database.url,
        STORAGE_RESERVE_BYTES: String(RESERVE_BYTES),
        // The load's own model stays however much is trained.
        MAX_MODEL_ARTIFACTS: '0',
        ...COMPRESSED_SETTINGS,
        ...spec.env,
        ...env,
      }),
    );
    services[job].push(service);
    discovery.add(job, new URL(service.origin).host);
    await scraped?.(new URL(service.origin).host);
    return service;
  };

  const starts: [Job, number][] = [
    ['backend', spec.apis ?? 1],
    ['worker', spec.workers ?? 1],
  ];
  // The first makes the tables.
  for (const [job, count] of starts) for (let i = 0; i < count; i++) await start(job);
  if (spec.load !== false) stack.use(await normalLoad(services.backend));
  const monitoring = stack.use(
    await startMonitoring({
      discovery: discovery.url,
      history: spec.history ?? { busy: 6, quiet: 0 },
      requestsPerSecond: REQUESTS_PER_SECOND,
    }),
  );
  const all = (spec.apis ?? 1) + (spec.workers ?? 1);
  await eventually(async () => (await monitoring.value('sum(up{job=~"backend|worker"})')) === all);

  scraped = async (target) => {
    await eventually(async () => (await monitoring.value(`up{instance="${target}"} == 1`)) === 1);
  };

  const owned = stack.move();
  return {
    disk,
    database,
    monitoring,
    discovery,
    apis: services.backend,
    workers: services.worker,
    start,
    async end(ending, signal, targets = 'vanish') {
      for (const list of Object.values(services))
        list.splice(0, Infinity, ...list.filter((service) => !ending.includes(service)));
      const gone = ending.map(({ origin }) => new URL(origin).host);
      if (targets === 'vanish') {
        for (const target of gone) discovery.remove(target);
        await eventually(async () => {
          const scraped = await monitoring.targets();
          return !gone.some((target) => scraped.includes(target));
        });
      }
      await Promise.all(ending.map((service) => service.stop(signal)));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
