import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { watchMemoryKills } from '../../../src/adapters/process/memory-kills.ts';
import { memoryGroup } from '../../support/memory-group.ts';
import type { Behaviour } from './children/behave.child.ts';

test('a kill of the kernel explains one killed child, and none that was started after it', () => {
  let kills = 3;
  const count = () => kills;
  const [first, second, third] = [watchMemoryKills(count), watchMemoryKills(count), watchMemoryKills(count)];
  expect(first()).toBe(false);
  kills++;
  expect(second()).toBe(true);
  expect(third()).toBe(false);
  kills += 2;
  expect(watchMemoryKills(count)()).toBe(false);
});

const canLimit = (() => {
  using group = memoryGroup(2 ** 30);
  return group !== undefined;
})();

test.runIf(canLimit)(
  'the kernel’s kill at the memory limit of all our processes is told from another’s',
  async () => {
    using group = memoryGroup(400 * 2 ** 20);
    const parent = fileURLToPath(new URL('./children/in-group.ts', import.meta.url));
    const behaviours: Behaviour[] = [
      { do: 'die', signal: 'SIGKILL' },
      { do: 'fill the memory' },
      { do: 'die', signal: 'SIGKILL' },
      { do: 'fill the memory' },
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [
      parent,
      group!.processes,
      ...behaviours.map((behaviour) => JSON.stringify(behaviour)),
    ]);
    expect(stdout.trim().split('\n')).toEqual(['killed', 'killed_for_memory', 'killed', 'killed_for_memory']);
  },
);
