import { type Column, type InputColumn, type ModelDocument, missingColumns, wantedOf } from '#tabular';
import { AppError } from '../../../errors.ts';
import type { TextFormat, TextLayout } from '../../../vocabulary/tables.ts';
import { DIALECT_BYTES, readDialect } from '../../table/csv-dialect.ts';
import { excerpt } from '../../table/excerpt.ts';
import { TextCheck } from '../../table/text-scan.ts';
import { keyOf, noKey, noKeyColumn } from '../live/row-keys.ts';
import { asUnusableData } from '../unusable-rows.ts';
import { blockRows } from './block-rows.ts';
import { type CellReader, cellReader, plainNumberReader } from './cells.ts';
import { CsvCells, PIECE_BYTES } from './csv-cells.ts';
import type { Block } from './score-block.ts';
import type { Tables } from './tables.ts';

/**
 * Turns a delimited text that arrives piece by piece into tables of the columns a model needs, a block of rows at a
 * time. Cells mean what they mean in an uploaded file; columns may stand in any order, further ones are ignored.
 * Memory does not grow with the text.
 */
export class CsvTables implements Tables {
  readonly #columns: readonly InputColumn[];
  readonly #limit: number;
  /** Of each column of the model; undefined: its cells are numbers, which are read as they are found. */
  readonly #readers: readonly (CellReader | undefined)[];
  readonly #format: Exclude<TextFormat, 'ndjson'>;
  readonly #layout: TextLayout;
  readonly #use: (block: Block) => void;
  /** The column of keys, and those of the block; undefined: nothing is kept. */
  readonly #key: string | undefined;
  #keys: string[] = [];
  #keyPosition = -1;
  /** What came before the dialect was known. */
  #head: Buffer[] = [];
  #headBytes = 0;
  readonly #check = new TextCheck();
  #cells: CsvCells | undefined;
  /** Of each column of the model, its position in the file. */
  #positions: readonly number[] = [];
  #rows = 0;
  /** Rows of the block whose texts were read. */
  #read = 0;

  /**
   * @param use given each block
   * @param key the column of the rows' keys; undefined: there are none
   */
  constructor(
    model: Pick<ModelDocument, 'columns' | 'classes'>,
    format: Exclude<TextFormat, 'ndjson'>,
    layout: TextLayout,
    use: (block: Block) => void,
    key?: string,
  ) {
    const { columns } = model;
    this.#columns = columns;
    this.#limit = blockRows(model);
    this.#readers = columns.map(
      (column) =>
        cellReader(column, this.#limit) ??
        (column.name === key ? plainNumberReader(column, this.#limit) : undefined),
    );
    this.#format = format;
    this.#layout = layout;
    this.#use = use;
    this.#key = key;
  }

  push(piece: Buffer): void {
    if (this.#cells) {
      this.#check.check(piece, this.#cells.line);
      this.#take(this.#cells, piece);
      return;
    }
    this.#head.push(piece);
    this.#headBytes += piece.length;
    if (this.#headBytes >= DIALECT_BYTES) this.#begin();
  }

  end(): void {
    const cells = this.#cells ?? this.#begin();
    this.#check.end(cells.line);
    this.#readRows(cells, true);
    this.#flush(cells);
    if (this.#rows === 0) throw new AppError('empty', 'The table has no rows.');
  }

  [Symbol.dispose](): void {
    this.#cells?.[Symbol.dispose]();
  }

  #begin(): CsvCells {
    const head = Buffer.concat(this.#head);
    this.#head = [];
    const dialect = readDialect(head, this.#format, this.#layout);
    const { names } = dialect;
    this.#positions = this.#columns.map(({ name }) => names.indexOf(name));
    const absent = this.#columns.filter((_, c) => this.#positions[c]! < 0);
    if (absent.length > 0) throw asUnusableData(missingColumns(absent.map(({ name }) => name)));
    const useOf = new Map(
      this.#positions.map((position, c) => [position, this.#readers[c] ? 'text' : 'number'] as const),
    );
    if (this.#key !== undefined) {
      this.#keyPosition = names.indexOf(this.#key);
      if (this.#keyPosition < 0) throw noKeyColumn(this.#key);
      useOf.set(this.#keyPosition, 'text');
    }
    const cells = new CsvCells(
      dialect,
      names.map((_, position) => useOf.get(position)),
      this.#limit,
    );
    this.#cells = cells;
    this.#check.check(head, 1);
    this.#take(cells, head.subarray(dialect.header.bytes));
    return cells;
  }

  #take(cells: CsvCells, piece: Buffer): void {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      cells.put(piece.subarray(at, at + PIECE_BYTES));
      this.#readRows(cells, false);
    }
  }

  #readRows(cells: CsvCells, isLast: boolean): void {
    for (let isFull = true; isFull; ) {
      isFull = cells.scan(isLast);
      this.#readCells(cells);
      if (isFull) this.#flush(cells);
    }
    cells.keepRest(isLast);
  }

  /** @throws {AppError} for the first cell that does not fit, row by row */
  #readCells(cells: CsvCells): void {
    const misfits = this.#readers.map((reader, c) => {
      const position = this.#positions[c]!;
      if (!reader) return cells.misfit(position);
      let misfit = Number.POSITIVE_INFINITY;
      cells.texts(position, this.#read, (row, bytes, start, end) => {
        if (!reader.read(row, bytes, start, end)) misfit = Math.min(misfit, row);
      });
      return misfit;
    });
    const first = Math.min(...misfits);
    if (first < cells.rows) throw unfit(cells.lineOf(first), this.#columns[misfits.indexOf(first)]!);
    if (this.#key !== undefined) this.#readKeys(cells, this.#key);
    this.#read = cells.rows;
  }

  #readKeys(cells: CsvCells, column: string): void {
    cells.texts(this.#keyPosition, this.#read, (row, bytes, start, end) => {
      const key = keyOf(bytes.toString('utf8', start, end));
      if (key === undefined) throw noKey(`Line ${cells.lineOf(row)}`, column);
      this.#keys.push(key);
    });
  }

  #flush(cells: CsvCells): void {
    const { rows } = cells;
    if (rows === 0) return;
    const columns = this.#columns.map(
      ({ name }, c): Column =>
        this.#readers[c]?.column(rows) ?? {
          kind: 'number',
          name,
          values: cells.numbers(this.#positions[c]!),
        },
    );
    cells.nextBlock();
    this.#read = 0;
    this.#rows += rows;
    const keys = this.#key === undefined ? undefined : this.#keys;
    this.#keys = [];
    this.#use({ table: { rows, columns }, keys });
  }
}

function unfit(line: number, column: InputColumn): AppError {
  return new AppError(
    'unusable_data',
    `Line ${line}, column ${excerpt(column.name)}: ${wantedOf(column)} is needed.`,
  );
}
