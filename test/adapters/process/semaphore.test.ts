import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Semaphore } from '../../../src/adapters/process/semaphore.ts';

/** Work that is done when it is told. */
function job() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const state = { begun: false };
  const work = () => {
    state.begun = true;
    return promise;
  };
  return { work, state, resolve, reject };
}

test('no more work runs at once than the semaphore has room for; the rest follows in order, also after a failure', async () => {
  const semaphore = new Semaphore(2);
  const jobs = [job(), job(), job(), job()];
  const results = Promise.allSettled(jobs.map(({ work }) => semaphore.run(work)));
  const begun = async () => {
    await nextTurn();
    return jobs.map(({ state }) => state.begun);
  };
  expect(await begun()).toEqual([true, true, false, false]);
  jobs[1]!.reject(new Error('failed'));
  expect(await begun()).toEqual([true, true, true, false]);
  jobs[0]!.resolve('first');
  expect(await begun()).toEqual([true, true, true, true]);
  jobs[2]!.resolve('third');
  jobs[3]!.resolve('fourth');
  expect((await results).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});

test('who gives up waiting never begins and takes nobody’s place', async () => {
  const semaphore = new Semaphore(1);
  const [running, givenUp, last] = [job(), job(), job()];
  const first = semaphore.run(running.work);
  const abort = new AbortController();
  const waiting = semaphore.run(givenUp.work, abort.signal);
  const next = semaphore.run(last.work);
  abort.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  await expect(semaphore.run(givenUp.work, abort.signal)).rejects.toThrow('given up');
  running.resolve('done');
  last.resolve('done');
  expect(await Promise.all([first, next])).toEqual(['done', 'done']);
  expect(givenUp.state.begun).toBe(false);
});
