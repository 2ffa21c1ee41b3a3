import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type WarmChildren,
  type WarmWorkOptions,
  warmChildren,
} from '../../../src/adapters/process/warm-children.ts';
import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import type { Behaviour } from './children/behave.child.ts';

const ENTRY = new URL('./children/behave.child.ts', import.meta.url);

let children: WarmChildren;
beforeEach(() => {
  children = warmChildren(ENTRY, {});
});
afterEach(() => children[Symbol.asyncDispose]());

const run = <Output = unknown>(behaviour: Behaviour, options: Partial<WarmWorkOptions<number>> = {}) =>
  children.run<Output, number>(behaviour, { mayStay: true, ...options });
const pid = () => run<number>({ do: 'tell its id' });
const processes = () => childProcesses('behave.child.ts');

test('a child that did its work does the next one too, and one alone is enough for one at a time', async () => {
  const first = await pid();
  expect(await pid()).toBe(first);
  expect(await processes()).toEqual([first]);
});

test('work at the same time is done by as many children', async () => {
  const [one, other] = await Promise.all([pid(), pid()]);
  expect(one).not.toBe(other);
});

test('a child that refused its input stays, with the refusal told as ever', async () => {
  const first = await pid();
  await expect(run({ do: 'refuse' })).rejects.toMatchObject({ code: 'bad_format' });
  expect(await pid()).toBe(first);
});

test('a child rests before its first work, and after each that it did or refused', async () => {
  const rests = () => run<number>({ do: 'tell its rests' });
  expect(await rests()).toBe(1);
  expect(await rests()).toBe(2);
  await run({ do: 'refuse' }).catch(() => undefined);
  expect(await rests()).toBe(4);
});

test.each<[string, Behaviour, () => Partial<WarmWorkOptions<number>>]>([
  ['threw', { do: 'throw', message: 'no' }, () => ({})],
  ['crashed', { do: 'die', signal: 'SIGSEGV' }, () => ({})],
  ['took too long', { do: 'wait' }, () => ({ timeoutSeconds: 0.5 })],
  ['was given up', { do: 'wait' }, () => ({ signal: AbortSignal.timeout(500) })],
])(
  'a child that %s is gone when that is told, and the next work is done by another',
  async (_how, behaviour, options) => {
    const first = await pid();
    await expect(run(behaviour, options())).rejects.toThrow();
    expect(await processes()).toEqual([]);
    expect(await pid()).not.toBe(first);
  },
);

test('a child that read what nobody had checked reads nothing else', async () => {
  const first = await run<number>({ do: 'tell its id' }, { mayStay: false });
  expect(await processes()).toEqual([]);
  expect(await pid()).not.toBe(first);
});

test('a child that has grown large is gone with its result', async () => {
  await run({ do: 'use', cpuSeconds: 0, bytes: 300 * 2 ** 20, finally: 'end' });
  expect(await processes()).toEqual([]);
});

test('a child that was killed while it waited costs nobody anything', async () => {
  // Whether its end has been noticed by then or not.
  for (let i = 0; i < 5; i++) {
    const first = await pid();
    process.kill(first, 'SIGKILL');
    if (i % 2) await eventually(async () => !(await processes()).includes(first));
    expect(await pid()).not.toBe(first);
  }
});

test('each work is told its own use: the peak of one is not the peak of the next', async () => {
  const peaks: number[] = [];
  const meter = { cpu: () => undefined, ended: (bytes: number) => peaks.push(bytes) };
  const bytes = 100 * 2 ** 20;
  await run({ do: 'use', cpuSeconds: 0, bytes, finally: 'end' }, { meter });
  await run({ do: 'collect' }, { meter });
  await run({ do: 'echo', value: 1 }, { meter });
  expect(peaks).toHaveLength(3);
  expect(peaks[0]).toBeGreaterThan(bytes);
  if (process.platform === 'linux') expect(peaks[2]).toBeLessThan(peaks[0]! - bytes / 2);
});

test('a child that nobody needs ends', async () => {
  children = warmChildren(ENTRY, {}, 0.2);
  await pid();
  await eventually(async () => (await processes()).length === 0);
});

test('one that stands by is there before anybody asks, does the first work, and is replaced while it does', async () => {
  children.standBy();
  const [standing] = await eventually(async () => {
    const found = await processes();
    return found.length === 1 && found;
  });
  expect(await pid()).toBe(standing);
  const both = await processes();
  expect(both).toHaveLength(2);
  // And one alone goes on being enough for one at a time.
  expect(await pid()).toBe(standing);
  expect(await processes()).toEqual(both);
});

test('one that stands by stays when others end, is replaced when it was killed, and ends with the service', async () => {
  children = warmChildren(ENTRY, {}, 0.2);
  children.standBy();
  await Promise.all([pid(), pid(), pid()]);
  await eventually(async () => (await processes()).length === 1);
  const [standing] = await processes();
  process.kill(standing!, 'SIGKILL');
  expect(await pid()).not.toBe(standing);
  await eventually(async () => (await processes()).length === 1);
  await children[Symbol.asyncDispose]();
  expect(await processes()).toEqual([]);
});

test('at the end those that wait are ended, and none stays after', async () => {
  await pid();
  await children[Symbol.asyncDispose]();
  expect(await processes()).toEqual([]);
  await pid();
  expect(await processes()).toEqual([]);
});
