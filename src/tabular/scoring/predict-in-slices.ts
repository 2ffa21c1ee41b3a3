import { setImmediate } from 'node:timers/promises';
import type { Table } from '../table.ts';
import { rowsToTable } from '../values/rows.ts';
import type { Scorer, SeenInputs } from './model.ts';
import { perRow, type RowPredictions } from './predictions.ts';

/** So many rows are scored before others have their turn: some 10 ms with a large model. */
const ROWS_AT_ONCE = 512;

/**
 * `scorer.predict`, letting other work of this thread go on in between.
 *
 * @throws TabularError `unusable_rows` before anything is scored
 */
export async function predictInSlices(
  scorer: Scorer,
  rows: readonly Record<string, unknown>[],
  seen: SeenInputs,
): Promise<RowPredictions> {
  if (rows.length <= ROWS_AT_ONCE) return scorer.predict(rows, seen);
  const table = rowsToTable(rows, scorer.document);
  const parts: RowPredictions[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    if (from > 0) await setImmediate();
    parts.push(perRow(scorer.predictTable(cut(table, from, from + ROWS_AT_ONCE), seen)));
  }
  const predictions = parts.flatMap((part) => part.predictions);
  if (!scorer.document.classes) return { predictions };
  return { predictions, probabilities: parts.flatMap((part) => part.probabilities ?? []) };
}

function cut({ rows, columns }: Table, from: number, to: number): Table {
  const end = Math.min(to, rows);
  return {
    rows: end - from,
    columns: columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: column.values.subarray(from, end) }
        : { ...column, codes: column.codes.subarray(from, end) },
    ),
  };
}
