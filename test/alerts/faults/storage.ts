import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, mendedBy, together } from '../fault.ts';
import { every } from '../load.ts';

/** The disk before it is full; of the small one of a world 8 MiB are the reserve. */
export const storageFaults: readonly Fault[] = [
  {
    name: 'The disk fills up',
    how: 'somebody has taken three fifths of a small file system, and goes on',
    world: {},
    expected: ['StorageFillingUp'],
    async make({ disk }) {
      await disk.fill(40);
      const growing = join(disk.path, 'growing');
      const written = every(1000, () => appendFile(growing, Buffer.alloc(16 * 1024)));
      return together(
        mendedBy(() => disk.free()),
        mendedBy(() => rm(growing, { force: true })),
        written,
      );
    },
  },
  {
    name: 'The disk is almost full',
    how: 'a small file system is filled but for 2 MiB above the reserve; uploads go on',
    world: {},
    expected: ['StorageAlmostFull'],
    async make({ disk }) {
      await disk.fill(10);
      return mendedBy(() => disk.free());
    },
  },
];
