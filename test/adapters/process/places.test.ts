import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Places, type Waiting } from '../../../src/adapters/process/places.ts';
import type { RejectionReason } from '../../../src/vocabulary/overload.ts';
import { PATIENT } from '../../support/patience.ts';

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

test('no more work runs at once than there are places; the rest follows in order, also after a failure', async () => {
  const places = new Places(2, PATIENT);
  const jobs = [job(), job(), job(), job()];
  const results = Promise.allSettled(jobs.map(({ work }) => places.run(work)));
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
  const places = new Places(1, PATIENT);
  const [running, givenUp, last] = [job(), job(), job()];
  const first = places.run(running.work);
  const abort = new AbortController();
  const waiting = places.run(givenUp.work, { signal: abort.signal });
  const next = places.run(last.work);
  abort.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  await expect(places.run(givenUp.work, { signal: abort.signal })).rejects.toThrow('given up');
  running.resolve('done');
  last.resolve('done');
  expect(await Promise.all([first, next])).toEqual(['done', 'done']);
  expect(givenUp.state.begun).toBe(false);
});

/** One place, a clock that is set by hand, and why requests were turned away. */
function crowd(maxSeconds: number) {
  const clock = { seconds: 100 };
  const rejected: RejectionReason[] = [];
  const waiting: Waiting = { maxSeconds, onRejected: (reason) => rejected.push(reason) };
  const places = new Places(1, waiting, () => clock.seconds);
  const waiters: ReturnType<typeof job>[] = [];
  const come = () => {
    const one = job();
    waiters.push(one);
    return places.run(one.work);
  };
  /** The work under way takes so long and ends. */
  const serve = async (seconds: number) => {
    clock.seconds += seconds;
    waiters.shift()?.resolve('done');
    await nextTurn();
  };
  const isLetIn = () => {
    try {
      places.admit();
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'overloaded' });
      return false;
    }
  };
  return { places, clock, rejected, come, serve, isLetIn };
}

test('nobody is let in who would wait too long, by what places have taken to come free and how many wait', async () => {
  const { rejected, come, serve, isLetIn } = crowd(10);
  for (let i = 0; i < 50; i++) void come();
  // Nobody knows yet.
  expect(isLetIn()).toBe(true);
  for (let i = 0; i < 25; i++) await serve(2);
  expect(isLetIn()).toBe(false);
  for (let i = 0; i < 19; i++) await serve(2);
  expect(isLetIn()).toBe(false);
  await serve(2);
  expect(isLetIn()).toBe(true);
  expect(rejected).toEqual(['queue_full', 'queue_full']);
  for (let i = 0; i < 5; i++) await serve(2);
});

test('a place that does not come free for long is not expected soon, and one that did is forgotten', async () => {
  const { clock, come, serve, isLetIn } = crowd(10);
  void come();
  clock.seconds += 3600;
  expect(isLetIn()).toBe(false);
  await serve(0);
  expect(isLetIn()).toBe(true);
  for (const seconds of [0.1, 0.1, 0.1]) {
    void come();
    void come();
    expect(isLetIn()).toBe(true);
    await serve(seconds);
    await serve(seconds);
  }
});

test('who is turned away is told when to come again: when it may be his turn, and within a minute', async () => {
  const { places, clock, come, serve } = crowd(10);
  void come();
  const told = () => {
    try {
      places.admit();
    } catch (error) {
      return (error as { retryAfterSeconds?: number }).retryAfterSeconds;
    }
    return undefined;
  };
  clock.seconds += 12.3;
  expect(told()).toBe(13);
  clock.seconds += 3600;
  expect(told()).toBe(60);
  await serve(0);
});

test('nobody waits longer than that, except who has more patience, and his place in the queue is given up', async () => {
  const { places, rejected, come, serve } = crowd(0.05);
  const first = come();
  const patient = job();
  const stayed = places.run(patient.work, { patienceSeconds: 3600 });
  const impatient = job();
  await expect(places.run(impatient.work)).rejects.toMatchObject({
    code: 'overloaded',
    retryAfterSeconds: 1,
  });
  expect(rejected).toEqual(['timeout']);
  await serve(1);
  await first;
  expect(patient.state.begun).toBe(true);
  patient.resolve('done');
  expect(await stayed).toBe('done');
  expect(impatient.state.begun).toBe(false);
});
