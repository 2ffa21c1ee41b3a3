import { beforeEach, expect, test } from 'vitest';
import { type ColumnReference, inputCounter } from '#tabular';
import { createDriftMonitor, type DriftMonitor } from '../../../src/domain/model/drift-monitor.ts';

const HOUR = 60 * 60 * 1000;
const START = Date.UTC(2026, 0, 1);
const REFERENCE: readonly ColumnReference[] = [{ kind: 'number', edges: [0], counts: [500, 500, 0] }];
const counter = inputCounter(REFERENCE);

let time: number;
let monitor: DriftMonitor;
beforeEach(() => {
  time = START;
  monitor = createDriftMonitor({ now: () => time });
});

const driftOf = (id: string) => monitor.inUse().find(({ artifactId }) => artifactId === id);

/** Calls the model for so many rows, of which so many lie above 0; half of them did in training. */
function call(
  artifactId: string,
  rows: number,
  above = rows / 2,
  reference: typeof REFERENCE | null = REFERENCE,
) {
  const own = reference ? counter : inputCounter();
  const counts = own.empty();
  const values = Float64Array.from({ length: rows }, (_, row) => (row < above ? 1 : -1));
  own.add([{ kind: 'number', values }], counts);
  const model = { columns: [{ name: 'x', type: 'number' }], ...(reference && { reference }) } as const;
  using watched = monitor.begin(artifactId);
  return watched.observe({ mode: 'light', task: 'regression', model, counts });
}

test('of fewer than 500 rows nothing is said, of 500 the figures', () => {
  for (let row = 0; row < 499; row++) call('a', 1, 1);
  expect(driftOf('a')).toMatchObject({ level: 'unknown', psi: null, rows: 499, columns: [] });
  call('a', 1, 1);
  const drift = driftOf('a');
  expect(drift).toMatchObject({ level: 'significant', rows: 500, since: new Date(START) });
  expect(drift?.columns).toEqual([{ name: 'x', psi: drift?.psi, level: 'significant' }]);
});

test('the figures follow every call, also when they have just been asked for', () => {
  call('a', 1000);
  expect(driftOf('a')?.psi).toBe(0);
  call('a', 1000, 1000);
  expect(driftOf('a')).toMatchObject({ rows: 2000, level: 'significant' });
});

test('rows are forgotten when two windows have passed over them', () => {
  call('a', 5000, 5000);
  time += 1000;
  for (let i = 0; i < 9; i++) call('a', 500);
  expect(driftOf('a')).toMatchObject({ rows: 9500, level: 'significant', since: new Date(START) });
  time += 1000;
  call('a', 500);
  expect(driftOf('a')).toMatchObject({ rows: 5000, level: 'stable', psi: 0 });
  expect(driftOf('a')?.since).toEqual(new Date(START));
  call('a', 5000);
  expect(driftOf('a')?.since).toEqual(new Date(START + 2000));
});

test('a large batch is a window by itself', () => {
  call('a', 100_000, 100_000);
  call('a', 5000);
  expect(driftOf('a')).toMatchObject({ rows: 5000, level: 'stable' });
});

test('a model is in use for an hour after its last call, and then forgotten with its counts', () => {
  call('a', 5000, 5000);
  time += HOUR / 2;
  call('b', 500);
  time += HOUR / 2 - 1;
  expect(monitor.inUse()).toHaveLength(2);
  time += 1;
  expect(driftOf('a')).toBeUndefined();
  expect(monitor.inUse()).toMatchObject([{ mode: 'light', task: 'regression', level: 'stable', rows: 500 }]);
  call('a', 1);
  expect(driftOf('a')).toMatchObject({ rows: 1, since: new Date(START + HOUR) });
});

test('at most 64 models are watched: the one not called for longest leaves', () => {
  for (let i = 0; i < 64; i++) call(`model ${i}`, 1);
  call('model 0', 1);
  call('one more', 1);
  expect(monitor.inUse()).toHaveLength(64);
  expect(driftOf('model 0')?.rows).toBe(2);
  expect(driftOf('model 1')).toBeUndefined();
});

test('a model that has no reference is in use, its drift unknown', () => {
  call('old', 10_000, 0, null);
  expect(monitor.inUse()).toMatchObject([{ level: 'unknown', psi: null, columns: [] }]);
});

test('a model forgotten while it is called stays forgotten, and the others are watched on', () => {
  call('a', 500);
  call('b', 500);
  using late = monitor.begin('a');
  monitor.forget('a');
  const counts = counter.empty();
  counter.add([{ kind: 'number', values: Float64Array.of(1) }], counts);
  const columns = [{ name: 'x', type: 'number' }] as const;
  late.observe({ mode: 'light', task: 'regression', model: { columns, reference: REFERENCE }, counts });
  expect(driftOf('a')).toBeUndefined();
  expect(monitor.inUse()).toHaveLength(1);
});

test('a call is told of the drift by figures that are at most 500 rows old', () => {
  expect(call('a', 500)).toMatchObject({ level: 'stable', rows: 500 });
  expect(call('a', 499, 499)).toMatchObject({ level: 'stable', rows: 500 });
  expect(call('a', 1, 1)).toMatchObject({ level: 'significant', rows: 1000 });
  expect(call('a', 100, 100)).toMatchObject({ rows: 1000 });
  expect(driftOf('a')).toMatchObject({ rows: 1100 });
});

test('an artifact called __proto__ is one like others', () => {
  expect(driftOf('__proto__')).toBeUndefined();
  call('__proto__', 500);
  expect(driftOf('__proto__')).toMatchObject({ rows: 500 });
});
