import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { alive, descendants } from '../adapters/db/embedded/processes.ts';
import { eventually } from './client.ts';
import { hold } from './hold.ts';
import { startScript } from './script.ts';
import { endTied, tied } from './tied.ts';

const SHELL = ['-c', 'sleep 600 & echo started; wait'];

test('what a test left running is killed with all that it started, at the end of its file', async () => {
  const child = tied(spawn('sh', SHELL, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }));
  await once(child.stdout, 'data');
  const processes = descendants(process.pid).filter(({ args }) => args.includes('sleep 600'));
  expect(processes.length).toBe(2);
  endTied();
  await once(child, 'close');
  await eventually(async () => alive(processes).length === 0);
});

test('what a test holds is killed there too, though nobody tied it: stopped, it would outlive its parent', async () => {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const pid = child.pid as number;
  hold([pid])[Symbol.dispose]();
  endTied();
  expect(alive(descendants(process.pid)).filter((one) => one.pid === pid)).toHaveLength(1);
  const closed = once(child, 'close');
  hold([pid]);
  endTied();
  expect(await closed).toEqual([null, 'SIGKILL']);
});

test('and it is killed when the process that ran the test is killed', async () => {
  await using parent = startScript(new URL('./leave-running.script.ts', import.meta.url), SHELL);
  await parent.next();
  const processes = descendants(parent.process.pid as number);
  // The shell, its sleep, and the watchdog.
  expect(processes.length).toBe(3);
  await parent.kill('SIGKILL');
  await eventually(async () => alive(processes).length === 0);
});
