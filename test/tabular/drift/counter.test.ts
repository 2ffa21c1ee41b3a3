import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { type InputCounts, inputCounter } from '../../../src/tabular/drift/counter.ts';
import type { InputData } from '../../../src/tabular/values/inputs.ts';

const COLUMNS = [
  { kind: 'number', edges: [0, 10] },
  { kind: 'category', labels: ['__proto__', 'a'] },
] as const;
const INPUTS: readonly InputData[] = [
  { kind: 'number', values: Float64Array.of(-1, 0, 0.5, 10, 11, Number.NaN) },
  { kind: 'category', labels: ['a', 'b', '__proto__'], codes: Int32Array.of(0, 1, 2, 0, -1, 1) },
];

test('each value is counted in its bin: numbers up to an edge, labels by text, other labels, missing values', () => {
  const counter = inputCounter(COLUMNS);
  const counts = counter.empty();
  counter.add(INPUTS, counts);
  // ≤ 0, ≤ 10, above, missing; then __proto__, a, other, missing.
  expect([counts.rows, ...counts.bins]).toEqual([6, 2, 2, 1, 1, 1, 2, 2, 1]);
});

test('batches add up, and so do parts of one', () => {
  const counter = inputCounter(COLUMNS);
  const counts = counter.empty();
  counter.add(INPUTS, counts, Int32Array.of(5, 0));
  counter.add(INPUTS, counts, Int32Array.of(1, 2, 3, 4));
  const whole = counter.empty();
  counter.add(INPUTS, whole);
  expect(counts).toEqual(whole);
});

test('the counts can be handed to another thread', async () => {
  const counter = inputCounter(COLUMNS);
  const counts = counter.empty();
  counter.add(INPUTS, counts);
  const bins = [...counts.bins];
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(counts, [counts.bins.buffer]);
  const [received] = (await once(port2, 'message')) as [InputCounts];
  expect([received.rows, ...received.bins]).toEqual([6, ...bins]);
  expect(counts.bins).toHaveLength(0);
  port1.close();
});
