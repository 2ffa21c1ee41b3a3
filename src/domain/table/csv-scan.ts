import { AppError } from '../../errors.ts';
import {
  isFaithfulNumber,
  KIND_AT,
  MAX_STATES,
  MAY_BE_WHOLE,
  MISSING,
  SAFE_LENGTH,
  START,
  TEXT,
  TEXT_STATE,
  TRANSITIONS,
} from './cell.ts';
import { typeOfKinds } from './column-kinds.ts';
import { type CsvDialect, MAX_LINE_BYTES } from './csv-dialect.ts';
import { excerpt } from './excerpt.ts';
import type { TextScan } from './text-scan.ts';

const [LF, CR, SPACE, QUOTE] = [0x0a, 0x0d, 0x20, 0x22];

/** What the automaton of an unquoted cell does instead of going to a next state. */
const END_CELL = MAX_STATES;
const END_LINE = MAX_STATES + 1;
const RETURN = MAX_STATES + 2;
const OPEN_QUOTE = MAX_STATES + 3;
const SPACED_QUOTE = MAX_STATES + 4;

/** Where the scan stands between two bytes, besides the state of the cell. */
const UNQUOTED = 0;
const QUOTED = 1;
/** Behind a quote within a quoted cell: its end, or the first half of a doubled quote. */
const AFTER_QUOTE = 2;
/** Behind a carriage return. */
const RETURNED = 3;

/** Enough of a cell cut in two by the end of a piece to tell a whole number too long to be exact. */
const KEPT_BYTES = 64;

/**
 * Walks over every byte of a delimited text (RFC 4180 with any one-byte delimiter) and refuses what readers
 * disagree about: records of other lengths than the header's, quotes not closed or followed by text, mixed line
 * ends, carriage returns alone. On the way it collects the kinds of each column's cells. Memory does not grow with
 * the text. Blank lines are passed over, except in a table of one column, where they are a missing value.
 */
export class CsvScanner {
  /** Number of the line the scan stands in; 1 is the file's first. */
  line = 1;
  readonly #names: readonly string[];
  readonly #delimiter: number;
  readonly #table: Uint8Array;
  readonly #kinds: Uint8Array;
  readonly #missing: Float64Array;
  /** -1 until the header is passed. */
  #rows = -1;
  #column = 0;
  #state = START;
  #mode = UNQUOTED;
  #crlf: boolean | undefined;
  #multiline = false;
  /** Position of the current piece, and of the current record, from the text's first byte. */
  #offset = 0;
  #recordStart = 0;
  #quoteLine = 0;
  /** The current cell's bytes in earlier pieces, the first `KEPT_BYTES` of them. */
  #kept = '';

  constructor(dialect: CsvDialect) {
    this.#names = dialect.names;
    this.#delimiter = dialect.delimiter.charCodeAt(0);
    this.#table = unquotedTable(this.#delimiter);
    this.#kinds = new Uint8Array(dialect.names.length);
    this.#missing = new Float64Array(dialect.names.length);
  }

  /** @throws {AppError} `bad_format` with the line, and the column where there is one */
  push(piece: Buffer): void {
    const table = this.#table;
    const length = piece.length;
    let state = this.#state;
    let cellStart = 0;
    let i = 0;
    while (i < length) {
      if (this.#mode === UNQUOTED) {
        let next = table[(state << 8) | piece[i++]!]!;
        while (next < MAX_STATES && i < length) {
          state = next;
          next = table[(state << 8) | piece[i++]!]!;
        }
        if (next < MAX_STATES) {
          state = next;
        } else if (next === END_CELL) {
          this.#endCell(piece, cellStart, i - 1, state);
          state = START;
          cellStart = i;
        } else if (next === END_LINE) {
          this.#endLine(piece, cellStart, i - 1, state, false);
          state = START;
          cellStart = i;
        } else if (next === RETURN) {
          this.#mode = RETURNED;
        } else if (next === OPEN_QUOTE) {
          this.#mode = QUOTED;
          this.#quoteLine = this.line;
          cellStart = i;
        } else {
          throw this.#fault('a space stands before an opening quote');
        }
      } else if (this.#mode === QUOTED) {
        const byte = piece[i++]!;
        if (byte === QUOTE) {
          this.#mode = AFTER_QUOTE;
        } else {
          if (byte === LF) {
            this.line++;
            this.#multiline = true;
          }
          state = TRANSITIONS[(state << 8) | byte]!;
        }
      } else if (this.#mode === AFTER_QUOTE) {
        const byte = piece[i]!;
        if (byte === QUOTE) {
          state = TEXT_STATE;
          this.#mode = QUOTED;
          i++;
        } else if (byte === this.#delimiter || byte === LF || byte === CR) {
          this.#mode = UNQUOTED;
        } else {
          throw this.#fault('text stands behind a closing quote (quotes within a field must be doubled)');
        }
      } else {
        if (piece[i] !== LF) throw this.#fault('a carriage return without a line feed behind it');
        this.#mode = UNQUOTED;
        this.#endLine(piece, cellStart, i++, state, true);
        state = START;
        cellStart = i;
      }
    }
    this.#state = state;
    this.#kept += piece.toString('latin1', cellStart, Math.min(length, cellStart + KEPT_BYTES));
    this.#offset += length;
    if (this.#offset - this.#recordStart > MAX_LINE_BYTES) throw this.#tooLong();
  }

  /**
   * To be called once, behind the last piece.
   * @throws {AppError} `bad_format`
   */
  end(): TextScan {
    if (this.#mode === QUOTED) throw this.#fault('a quoted field is never closed', this.#quoteLine);
    if (this.#mode === RETURNED) throw this.#fault('a carriage return without a line feed behind it');
    if (this.#offset > this.#recordStart) {
      const noMore = Buffer.alloc(0);
      this.#endRecord(noMore, 0, 0, this.#state);
    }
    const columns = this.#names.map((name, i) => ({
      name,
      type: typeOfKinds(this.#kinds[i]!),
      missing: this.#missing[i]!,
    }));
    return { rows: Math.max(0, this.#rows), columns, multiline: this.#multiline };
  }

  #endCell(piece: Buffer, start: number, end: number, state: number): void {
    const column = this.#column++;
    if (column >= this.#names.length) return; // reported with the whole record's count
    let kind = KIND_AT[state]!;
    if (kind === MISSING) this.#missing[column]!++;
    else if (MAY_BE_WHOLE[state] === 1 && end - start + this.#kept.length > SAFE_LENGTH) {
      const literal = (this.#kept + piece.toString('latin1', start, Math.max(start, end))).replace(
        /["\r]/g,
        '',
      );
      if (!isFaithfulNumber(literal)) kind = TEXT;
    }
    this.#kinds[column]! |= kind;
    this.#kept = '';
  }

  #endLine(piece: Buffer, start: number, end: number, state: number, crlf: boolean): void {
    if (this.#crlf !== crlf) {
      if (this.#crlf !== undefined)
        throw this.#fault(
          `ends with ${crlf ? 'CR LF' : 'LF'}, the lines before it with ${crlf ? 'LF' : 'CR LF'}: use one kind of line end`,
        );
      this.#crlf = crlf;
    }
    const next = this.#offset + end + 1;
    const blank = next - this.#recordStart === (crlf ? 2 : 1);
    if (next - this.#recordStart > MAX_LINE_BYTES) throw this.#tooLong();
    if (!blank || this.#names.length === 1) this.#endRecord(piece, start, crlf ? end - 1 : end, state);
    this.#recordStart = next;
    this.#kept = '';
    this.line++;
  }

  #endRecord(piece: Buffer, start: number, end: number, state: number): void {
    this.#endCell(piece, start, end, state);
    if (this.#column !== this.#names.length) throw this.#wrongCount();
    this.#column = 0;
    this.#rows++;
    if (this.#rows === 0) {
      // That was the header: what its cells look like says nothing about the columns.
      this.#kinds.fill(0);
      this.#missing.fill(0);
    }
  }

  #wrongCount(): AppError {
    const has = `${this.#column} field${this.#column === 1 ? '' : 's'}`;
    return new AppError(
      'bad_format',
      `Line ${this.line}: ${has} where the header has ${this.#names.length}.`,
    );
  }

  #tooLong(): AppError {
    return this.#mode === QUOTED
      ? this.#fault(`a quoted field is not closed within ${MAX_LINE_BYTES} bytes`, this.#quoteLine)
      : this.#fault(`longer than ${MAX_LINE_BYTES} bytes`);
  }

  #fault(what: string, line = this.line): AppError {
    const name = this.#rows < 0 ? undefined : this.#names[this.#column];
    return new AppError(
      'bad_format',
      `Line ${line}${name === undefined ? '' : `, column ${excerpt(name)}`}: ${what}.`,
    );
  }
}

/** The cells' automaton with actions where an unquoted cell, its line or its lack of quotes ends. */
function unquotedTable(delimiter: number): Uint8Array {
  const table = Uint8Array.from(TRANSITIONS);
  for (let state = 0; state < MAX_STATES; state++) {
    table[(state << 8) | delimiter] = END_CELL;
    table[(state << 8) | LF] = END_LINE;
    table[(state << 8) | CR] = RETURN;
  }
  table[(START << 8) | QUOTE] = OPEN_QUOTE;
  // Some readers take that quote for text, others for an opening one.
  const afterSpace = TRANSITIONS[(START << 8) | SPACE]!;
  table[(afterSpace << 8) | QUOTE] = SPACED_QUOTE;
  return table;
}
