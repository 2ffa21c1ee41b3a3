import { join } from 'node:path';
import { pino } from 'pino';
import { openEmbedded } from '../../src/adapters/db/embedded/embedded.ts';
import { migrate } from '../../src/adapters/db/migrate.ts';
import { openDatabase } from '../../src/adapters/db/postgres.ts';
import { objectLeases } from '../../src/adapters/storage/leases.ts';
import { openLocalStorage } from '../../src/adapters/storage/local.ts';
import { listDatasets } from '../../src/domain/dataset/repository.ts';
import { createRemoveExpired } from '../../src/domain/expiry/remove-expired.ts';
import { listArtifacts } from '../../src/domain/model/repository.ts';
import { createReadStoredState } from '../../src/domain/stored-state.ts';
import { qualityTrends } from '../../src/domain/training/quality.ts';
import { listRuns } from '../../src/domain/training/repository.ts';
import { createInstruments } from '../../src/telemetry/instruments/instruments.ts';
import { fill } from '../../test/growth/fill.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Measured, over, type Part, type Ratio, type Series } from '../part.ts';

const OWNER = 'local';
/** Pages until a list is deep. */
const DEEP = 4;
/** Removed at a time, so that a thousand datasets last for all rounds. */
const BATCH = 10;
const silent = pino({ level: 'silent' });

type Works = Readonly<Record<string, () => Promise<unknown>>>;

/** What is asked for all the time, of a database of so many datasets and runs. */
async function works(stack: AsyncDisposableStack, rows: number): Promise<Works> {
  const root = stack.use(await storageRoot());
  const server = stack.use(await openEmbedded({ root: root.path, mayJoin: false, logger: silent }));
  const { sql, prepare } = stack.use(openDatabase(server.url, silent));
  await migrate(sql);
  await fill(server.url, rows);
  const storage = await openLocalStorage(join(root.path, 'objects'), 0);
  const leases = objectLeases(sql, storage, silent);
  // Of the rows, made over 365 days: of a thousand enough for all rounds.
  const policy = { days: 330 };
  const { ttl } = createInstruments('mlops.backend');
  const removeExpired = createRemoveExpired({ db: sql, leases, policy, metrics: ttl });

  const page = { limit: 20 };
  let cursor: string | undefined;
  for (let i = 0; i < DEEP; i++) {
    const { nextCursor } = await listRuns(sql, OWNER, { limit: 100, cursor });
    cursor = nextCursor ?? undefined;
  }
  return {
    'list of datasets': () => listDatasets(sql, OWNER, page),
    'list of runs': () => listRuns(sql, OWNER, page),
    'list of runs, deep': () => listRuns(sql, OWNER, { ...page, cursor }),
    'list of models': () => listArtifacts(sql, OWNER, page),
    'trends and summary': () => qualityTrends(sql, { owner: OWNER, limit: 100 }),
    'gauges of a scrape': createReadStoredState(prepare, { days: 0 }),
    [`clean-up of ${BATCH}`]: () => removeExpired(BATCH),
  };
}

export const part: Part = {
  about:
    'The statements that are asked for all the time, by the code that asks them, against databases of a thousand, a hundred thousand and a million datasets and runs. `test/growth` holds what each may read.',
  async run({ quick }): Promise<Measured> {
    const sizes = quick ? [1e3, 1e5] : [1e3, 1e5, 1e6];
    const rounds = quick ? 5 : 7;
    await using stack = new AsyncDisposableStack();
    const bySize = new Map<number, Works>();
    for (const size of sizes) bySize.set(size, await works(stack, size));

    const times = new Map<string, number[]>();
    const nameOf = (work: string, size: number) => `${work}, ${size.toLocaleString('en')}`;
    for (let round = -1; round < rounds; round++)
      for (const [size, all] of bySize)
        for (const [work, run] of Object.entries(all)) {
          const start = performance.now();
          await run();
          const name = nameOf(work, size);
          if (round >= 0) times.set(name, [...(times.get(name) ?? []), performance.now() - start]);
        }

    const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
    const figures = Array.from(times, ([name, values]): Series => ({ name, unit: 'ms', values }));
    const ratios = Object.keys(bySize.get(small) ?? {}).map(
      (work): Ratio => ({
        name: `${work}, ${large.toLocaleString('en')} / ${small.toLocaleString('en')}`,
        better: 'lower',
        values: over(times.get(nameOf(work, large)) ?? [], times.get(nameOf(work, small)) ?? []),
        aim: { atMost: 2 },
      }),
    );
    return { figures, ratios };
  },
};
