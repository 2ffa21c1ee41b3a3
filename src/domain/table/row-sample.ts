import { isAscii } from 'node:buffer';
import { isMissing } from '#tabular';
import { KIND_AT, MISSING } from './cell.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { CsvReader } from './csv-reader.ts';
import type { CsvRecord } from './csv-record.ts';
import type { RowSample } from './row-sampler.ts';

/** @param records of a delimited text, one after another, as it has them */
export function sampleOfRecords({ delimiter, names, header }: CsvDialect, records: Buffer): RowSample {
  const reader = new CsvReader(delimiter, names, { line: 1, crlf: header.crlf });
  reader.push(records);
  reader.end();
  const cells = names.map((): (string | null)[] => []);
  // To decode each cell takes several times as long as to cut it out of a text, where its place is known.
  const text = isAscii(records) ? records.toString('latin1') : undefined;
  let rows = 0;
  for (let record = reader.next(); record; record = reader.next()) {
    for (let i = 0; i < cells.length; i++) cells[i]!.push(textOf(record, i, text));
    rows++;
  }
  return { rows, cells: new Map(names.map((name, i) => [name, cells[i]!])) };
}

function textOf(record: CsvRecord, field: number, text: string | undefined): string | null {
  if (KIND_AT[record.cellState(field)] === MISSING) return null;
  return text === undefined || record.isDoubled(field)
    ? record.text(field)
    : text.slice(record.start(field), record.end(field));
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
