import { readFileSync } from 'node:fs';
import type { Column, Table } from '../../../src/tabular/table.ts';
import { parseNumber } from '../../../src/tabular/values/parse.ts';

/** A small unquoted CSV file as a table: `labels` and columns with a non-number become categories. */
export function readCsv(path: string | URL, labels: readonly string[] = []): Table {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  const cells = lines.map((line) => line.split(','));
  const columns = header.split(',').map((name, c) =>
    makeColumn(
      name,
      cells.map((row) => row[c] ?? ''),
      labels.includes(name),
    ),
  );
  return { rows: lines.length, columns };
}

/** Blank cells are missing; all-number cells make a number column unless `asLabels`. */
export function makeColumn(name: string, cells: readonly string[], asLabels = false): Column {
  const numbers = cells.map(parseNumber);
  if (!asLabels && numbers.every((value) => value !== undefined)) {
    return { kind: 'number', name, values: Float64Array.from(numbers) };
  }
  const labels = [...new Set(cells)].filter((cell) => cell !== '');
  const codeOf = new Map(labels.map((label, code) => [label, code]));
  return { kind: 'category', name, labels, codes: Int32Array.from(cells, (cell) => codeOf.get(cell) ?? -1) };
}
