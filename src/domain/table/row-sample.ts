import { isMissing } from '#tabular';
import { KIND_AT, MISSING } from './cell.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { CsvReader } from './csv-reader.ts';
import type { RowSample } from './row-sampler.ts';

/** @param records of a delimited text, one after another, as it has them */
export function sampleOfRecords({ delimiter, names, header }: CsvDialect, records: Buffer): RowSample {
  const reader = new CsvReader(delimiter, names, { line: 1, crlf: header.crlf });
  reader.push(records);
  reader.end();
  const cells = names.map((): (string | null)[] => []);
  let rows = 0;
  for (let record = reader.next(); record; record = reader.next()) {
    for (const [i, column] of cells.entries())
      column.push(KIND_AT[record.cellState(i)] === MISSING ? null : record.text(i));
    rows++;
  }
  return { rows, cells: new Map(names.map((name, i) => [name, cells[i]!])) };
}

/** @param rows of a JSON text */
export function sampleOfObjects(
  names: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): RowSample {
  const cells = names.map((name) => [name, rows.map((row) => cellOf(row[name]))] as const);
  return { rows: rows.length, cells: new Map(cells) };
}

function cellOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value);
  return isMissing(text) ? null : text;
}
