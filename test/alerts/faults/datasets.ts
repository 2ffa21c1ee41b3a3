import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, mendedBy, nothing } from '../fault.ts';
import type { World } from '../world.ts';

/** Datasets that expire within seconds, and a clean-up that is asked for every quarter of an hour. */
const EXPIRING = {
  load: false,
  env: { DATASET_TTL_DAYS: String(5 / 86_400), DATASET_TTL_CHECK_INTERVAL_SEC: '30' },
} as const;

const filesOf = (world: World) => join(world.disk.path, 'objects/datasets');

export const datasetFaults: readonly Fault[] = [
  {
    name: 'The clean-up fails',
    how: 'a folder stands in the place of an expired dataset’s file: it can’t be removed, cycle after cycle',
    world: EXPIRING,
    expected: ['DatasetTtlFailing'],
    async make(world) {
      const [api] = world.apis;
      await api!.api.upload('stuck.csv', 'a,b\n1,2\n3,4\n');
      const files = await readdir(filesOf(world));
      const stuck = join(filesOf(world), files[0] ?? '');
      await rm(stuck, { recursive: true });
      await mkdir(stuck);
      await writeFile(join(stuck, 'in-the-way'), '');
      return mendedBy(async () => {
        await rm(stuck, { recursive: true });
        await writeFile(stuck, 'a file again');
      });
    },
  },
  {
    name: 'Nothing is cleaned up any more',
    how: 'the database refuses to delete datasets; expired ones are there',
    world: EXPIRING,
    expected: ['DatasetTtlFailing', 'DatasetTtlStale'],
    async make(world) {
      const [api] = world.apis;
      await world.database.query(
        "create function refuse() returns trigger language plpgsql as 'begin raise exception ''refused''; end'",
      );
      await world.database.query(
        'create trigger refuse before delete on datasets for each row execute function refuse()',
      );
      await api!.api.upload('kept.csv', 'a,b\n1,2\n3,4\n');
      return mendedBy(() => world.database.query('drop trigger refuse on datasets'));
    },
  },
  {
    name: 'A dataset’s file is gone before it expires',
    how: 'removed by hand',
    world: EXPIRING,
    expected: ['DatasetFilesMissing'],
    passes: true,
    async make(world) {
      const [api] = world.apis;
      await api!.api.upload('lost.csv', 'a,b\n1,2\n3,4\n');
      const files = filesOf(world);
      await rename(files, `${files}.lost`);
      await mkdir(files);
      return nothing;
    },
  },
];
