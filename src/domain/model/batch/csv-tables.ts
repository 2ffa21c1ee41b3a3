import { type InputColumn, missingColumns, type Table, wantedOf } from '#tabular';
import { AppError } from '../../../errors.ts';
import type { TextFormat } from '../../../vocabulary/tables.ts';
import { DIALECT_BYTES, readDialect } from '../../table/csv-dialect.ts';
import { CsvReader } from '../../table/csv-reader.ts';
import type { CsvRecord } from '../../table/csv-record.ts';
import { excerpt } from '../../table/excerpt.ts';
import { TextCheck } from '../../table/text-scan.ts';
import { asUnusableData } from '../unusable-rows.ts';
import { type CellReader, cellReader } from './cells.ts';

/** Rows are handed on in blocks of at most so many, and so many cells: a wide table's blocks are shorter. */
const BLOCK_ROWS = 8192;
const BLOCK_CELLS = 1 << 20;

/**
 * Turns a delimited text that arrives piece by piece into tables of the columns a model needs, a block of rows at a
 * time. Cells mean what they mean in an uploaded file; columns may stand in any order, further ones are ignored.
 * Memory does not grow with the text.
 */
export class CsvTables {
  readonly #columns: readonly InputColumn[];
  readonly #limit: number;
  readonly #readers: readonly CellReader[];
  readonly #format: Extract<TextFormat, 'csv' | 'tsv'>;
  readonly #use: (table: Table) => void;
  /** What came before the dialect was known. */
  #head: Buffer[] = [];
  #headBytes = 0;
  readonly #check = new TextCheck();
  #reader: CsvReader | undefined;
  /** Of each column of the model, its position in the file. */
  #positions: readonly number[] = [];
  #rows = 0;
  #blockRows = 0;

  /**
   * @param outputs numbers that `use` makes of a row
   * @param use given each block
   */
  constructor(
    columns: readonly InputColumn[],
    format: Extract<TextFormat, 'csv' | 'tsv'>,
    outputs: number,
    use: (table: Table) => void,
  ) {
    this.#columns = columns;
    this.#limit = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_CELLS / (columns.length + outputs))));
    this.#readers = columns.map((column) => cellReader(column, this.#limit));
    this.#format = format;
    this.#use = use;
  }

  get rows(): number {
    return this.#rows;
  }

  /**
   * @throws {AppError} `bad_format`, `bad_header`; `unusable_data` for a missing column or a value that does not fit,
   *   with its line
   */
  push(piece: Buffer): void {
    if (this.#reader) {
      this.#read(this.#reader, piece);
      return;
    }
    this.#head.push(piece);
    this.#headBytes += piece.length;
    if (this.#headBytes >= DIALECT_BYTES) this.#begin();
  }

  /** To be called once, behind the last piece. @throws {AppError} as `push`; `empty` when there is no row */
  end(): void {
    const reader = this.#reader ?? this.#begin();
    this.#check.end(reader.line);
    reader.end();
    this.#readRecords(reader);
    this.#flush();
    if (this.#rows === 0) throw new AppError('empty', 'The table has no rows.');
  }

  #begin(): CsvReader {
    const head = Buffer.concat(this.#head);
    this.#head = [];
    const dialect = readDialect(head, this.#format);
    this.#positions = this.#columns.map(({ name }) => dialect.names.indexOf(name));
    const absent = this.#columns.filter((_, c) => this.#positions[c]! < 0);
    if (absent.length > 0) throw asUnusableData(missingColumns(absent.map(({ name }) => name)));
    const { delimiter, names, header } = dialect;
    const reader = new CsvReader(delimiter, names, { line: header.nextLine, crlf: header.crlf });
    this.#reader = reader;
    this.#check.check(head, 1);
    reader.push(head.subarray(header.bytes));
    this.#readRecords(reader);
    return reader;
  }

  #read(reader: CsvReader, piece: Buffer): void {
    this.#check.check(piece, reader.line);
    reader.push(piece);
    this.#readRecords(reader);
  }

  #readRecords(reader: CsvReader): void {
    for (let record = reader.next(); record !== undefined; record = reader.next()) this.#readRecord(record);
  }

  #readRecord(record: CsvRecord): void {
    const row = this.#blockRows;
    for (let c = 0; c < this.#readers.length; c++) {
      const position = this.#positions[c]!;
      const reader = this.#readers[c]!;
      const fits = record.isDoubled(position)
        ? readText(reader, row, record.text(position))
        : reader.read(row, record.bytes, record.start(position), record.end(position));
      if (!fits) throw unfit(record.line, this.#columns[c]!);
    }
    this.#rows++;
    this.#blockRows++;
    if (this.#blockRows === this.#limit) this.#flush();
  }

  #flush(): void {
    const rows = this.#blockRows;
    this.#blockRows = 0;
    if (rows > 0) this.#use({ rows, columns: this.#readers.map((reader) => reader.column(rows)) });
  }
}

function readText(reader: CellReader, row: number, text: string): boolean {
  const bytes = Buffer.from(text);
  return reader.read(row, bytes, 0, bytes.length);
}

function unfit(line: number, column: InputColumn): AppError {
  return new AppError(
    'unusable_data',
    `Line ${line}, column ${excerpt(column.name)}: ${wantedOf(column)} is needed.`,
  );
}
