import { type ModelDocument, missingColumns, rowsToTable, type Table, TabularError } from '#tabular';
import { AppError } from '../../../errors.ts';
import { excerpt } from '../../table/excerpt.ts';
import { MAX_LINE_BYTES, TextCheck } from '../../table/text-scan.ts';
import { keyOf, noKey } from '../live/row-keys.ts';
import { asUnusableData } from '../unusable-rows.ts';
import { blockRows } from './block-rows.ts';
import type { Block } from './score-block.ts';
import type { Tables } from './tables.ts';

const LF = 0x0a;

/**
 * The same as `CsvTables` of newline-delimited JSON: an object a line, as in an uploaded file. What a line lacks is missing
 * there; what all of them lack is a missing column.
 */
export class JsonTables implements Tables {
  readonly #document: ModelDocument;
  readonly #limit: number;
  readonly #use: (block: Block) => void;
  /** The column of keys; undefined: nothing is kept. */
  readonly #key: string | undefined;
  readonly #check = new TextCheck();
  /** What has come of a line. */
  #rest = Buffer.alloc(0);
  #line = 1;
  #block: Record<string, unknown>[] = [];
  /** Of each row of the block. */
  #lines: number[] = [];
  #keys: string[] = [];
  /** Columns that no row has had. */
  readonly #unseen: Set<string>;
  #rows = 0;

  /** As that of `CsvTables`. */
  constructor(document: ModelDocument, use: (block: Block) => void, key?: string) {
    this.#document = document;
    this.#key = key;
    this.#limit = blockRows(document);
    this.#use = use;
    this.#unseen = new Set(document.columns.map(({ name }) => name));
  }

  push(piece: Buffer): void {
    this.#check.check(piece, this.#line);
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      this.#take(bytes.toString('utf8', start, end));
      start = end + 1;
    }
    // A copy: the piece belongs to whoever pushed it.
    this.#rest = Buffer.from(bytes.subarray(start));
    if (this.#rest.length > MAX_LINE_BYTES)
      throw this.#fault('bad_format', `longer than ${MAX_LINE_BYTES} bytes`);
  }

  end(): void {
    this.#check.end(this.#line);
    this.#take(this.#rest.toString());
    this.#flush();
    if (this.#rows === 0) throw new AppError('empty', 'The table has no rows.');
    if (this.#unseen.size > 0) throw asUnusableData(missingColumns([...this.#unseen]));
  }

  [Symbol.dispose](): void {}

  #take(text: string): void {
    const json = this.#line === 1 ? text.replace(/^\u{feff}/u, '') : text;
    if (json.trim() !== '') {
      this.#block.push(this.#row(json));
      this.#lines.push(this.#line);
      this.#rows++;
      if (this.#block.length === this.#limit) this.#flush();
    }
    this.#line++;
  }

  #row(json: string): Record<string, unknown> {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw this.#fault('bad_format', 'not valid JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#fault('bad_format', 'not a JSON object');
    const row = value as Record<string, unknown>;
    if (this.#key !== undefined) this.#keys.push(this.#keyIn(row, this.#key));
    for (const { name } of this.#document.columns) {
      if (Object.hasOwn(row, name)) this.#unseen.delete(name);
      // Not by assignment: it may be called `__proto__`.
      else Object.defineProperty(row, name, { value: null, enumerable: true });
    }
    return row;
  }

  #keyIn(row: Record<string, unknown>, column: string): string {
    const key = Object.hasOwn(row, column) ? keyOf(row[column]) : undefined;
    if (key === undefined) throw noKey(`Line ${this.#line}`, column);
    return key;
  }

  #flush(): void {
    const [rows, lines] = [this.#block, this.#lines];
    const keys = this.#key === undefined ? undefined : this.#keys;
    this.#block = [];
    this.#lines = [];
    this.#keys = [];
    if (rows.length > 0) this.#use({ table: this.#table(rows, lines), keys });
  }

  #table(rows: readonly Record<string, unknown>[], lines: readonly number[]): Table {
    try {
      return rowsToTable(rows, this.#document);
    } catch (error) {
      if (!(error instanceof TabularError) || error.at === undefined) throw error;
      const { column, row, wanted } = error.at;
      throw new AppError(
        'unusable_data',
        `Line ${lines[row]}, column ${excerpt(column)}: ${wanted} is needed.`,
        { cause: error },
      );
    }
  }

  #fault(code: 'bad_format', what: string): AppError {
    return new AppError(code, `Line ${this.#line}: ${what}.`);
  }
}
