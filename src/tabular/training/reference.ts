import type { ColumnBins, ColumnReference } from '../document.ts';
import { binStarts, inputCounter } from '../drift/counter.ts';
import type { CategoryInput, InputData } from '../values/inputs.ts';
import { findEdges } from './boosting/bins.ts';
import { createRandom, sample } from './random.ts';

/** Deciles, as is usual for the population stability index. */
const MAX_BINS = 10;
const MAX_LABELS = 20;
/** Rows that the deciles are found from; the counts are of all rows. */
const MAX_SAMPLE = 30_000;

/** How the inputs are spread over the given rows: what predictions' inputs are compared with later. */
export function describeInputs(
  inputs: readonly InputData[],
  rows: Int32Array,
  seed: number,
): ColumnReference[] {
  const looked = sample(rows, MAX_SAMPLE, createRandom(seed, 'reference'));
  const columns = inputs.map(
    (input): ColumnBins =>
      input.kind === 'number'
        ? { kind: 'number', edges: [...findEdges(input.values, looked, MAX_BINS, seed)] }
        : { kind: 'category', labels: mostFrequent(input, rows) },
  );
  const counter = inputCounter(columns);
  const counts = counter.empty();
  counter.add(inputs, counts, rows);
  const starts = binStarts(columns);
  return columns.map((column, c) => ({
    ...column,
    counts: [...counts.bins.subarray(starts[c], starts[c + 1])],
  }));
}

/** The labels of most rows, the most frequent first; of equals the one that stands first in the table. */
function mostFrequent({ codes, labels }: CategoryInput, rows: Int32Array): string[] {
  const counts = new Int32Array(labels.length);
  for (const row of rows) if (codes[row]! >= 0) counts[codes[row]!]!++;
  const top: number[] = [];
  counts.forEach((count, code) => {
    const isFull = top.length === MAX_LABELS;
    if (count === 0 || (isFull && count <= counts[top.at(-1)!]!)) return;
    if (isFull) top.pop();
    top.splice(top.findLastIndex((other) => counts[other]! >= count) + 1, 0, code);
  });
  return top.map((code) => labels[code]!);
}
