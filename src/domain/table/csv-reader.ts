import { AppError } from '../../errors.ts';
import { START } from './cell.ts';
import {
  ACTIONS,
  afterLineInField,
  csvGrammar,
  END_FIELD,
  END_LINE,
  isOpen,
  LF,
  LINE_IN_FIELD,
  RETURN,
  SPACED_QUOTE,
  TEXT_BEHIND_QUOTE,
} from './csv-grammar.ts';
import { CsvRecord } from './csv-record.ts';
import { excerpt } from './excerpt.ts';
import { MAX_COLUMNS } from './header.ts';
import { MAX_LINE_BYTES } from './text-scan.ts';

export const MARK = Buffer.from('\u{feff}');

/**
 * Cuts a delimited text into records while it arrives, by the grammar of `csv-grammar.ts`. A byte order mark is no
 * part of the first one, which is the header: the others must have as many fields. All lines must end alike, those
 * within the header's names included. Blank lines are passed over, except in a table of one column, where they are a
 * missing value. Memory: a piece and a record.
 *
 *     reader.push(piece);
 *     for (let record = reader.next(); record; record = reader.next()) …
 */
export class CsvReader {
  /** Number of the line the reader stands in; 1 is the file's first. */
  line = 1;
  readonly #names: readonly string[] | undefined;
  readonly #grammar: Uint16Array;
  readonly #record: CsvRecord;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #begun = false;
  /** Offset of the next byte, and what the bytes before it of the current field came to. */
  #at = 0;
  #state = START;
  /** Of the current record: its first byte, its line, and the fields before the current one. */
  #recordStart = 0;
  #recordLine = 1;
  #field = 0;
  /** Fields of the header; 0 until it was read. */
  #width = 0;
  #crlf: boolean | undefined;

  /**
   * @param names of the columns: then the header is passed over, and messages name the column
   * @param behind where the text to come begins, if it does so behind the header
   */
  constructor(
    delimiter: string,
    names?: readonly string[],
    behind?: { readonly line: number; readonly crlf: boolean },
  ) {
    this.#names = names;
    if (behind !== undefined) {
      this.#begun = true;
      this.#width = names?.length ?? 0;
      this.#crlf = behind.crlf;
      this.line = this.#recordLine = behind.line;
    }
    this.#grammar = csvGrammar(delimiter.charCodeAt(0));
    this.#record = new CsvRecord(names?.length ?? MAX_COLUMNS);
  }

  /** Fields of the current record so far, the one that is being read included. */
  get fields(): number {
    return this.#field + 1;
  }

  /** Hands over more of the text. The piece is used until `next` gives undefined. */
  push(piece: Buffer): void {
    this.#bytes = this.#bytes.length > 0 ? Buffer.concat([this.#bytes, piece]) : piece;
  }

  /** Says that nothing follows; the last record may be read then. */
  end(): void {
    this.#ended = true;
  }

  /**
   * The next record; undefined when it does not end in what was pushed so far.
   * @throws {AppError} `bad_format` with the line, and the column where there is one
   */
  next(): CsvRecord | undefined {
    if (!this.#begun && !this.#begin()) return undefined;
    const grammar = this.#grammar;
    const bytes = this.#bytes;
    const { length } = bytes;
    const { ends, states } = this.#record;
    let i = this.#at;
    let state = this.#state;
    let field = this.#field;
    while (i < length) {
      let next = grammar[(state << 8) | bytes[i++]!]!;
      while (next < ACTIONS && i < length) {
        state = next;
        next = grammar[(state << 8) | bytes[i++]!]!;
      }
      if (next === END_FIELD) {
        // Beyond the room that the record has, this does nothing.
        ends[field] = i - 1;
        states[field] = state;
        field++;
        state = START;
      } else if (next < ACTIONS) {
        state = next;
      } else if (next === END_LINE) {
        this.#field = field;
        if (this.#endLine(i - 1, i, state)) return this.#record;
        field = 0;
        state = START;
      } else if (next === RETURN && i === length && !this.#ended) {
        i--;
        break;
      } else if (next === RETURN && bytes[i] === LF) {
        i++;
        this.#field = field;
        if (this.#endLine(i - 2, i, state)) return this.#record;
        field = 0;
        state = START;
      } else if (next === LINE_IN_FIELD) {
        this.line++;
        state = afterLineInField(state);
      } else {
        this.#field = field;
        throw this.#fault(FAULTS[next]!);
      }
    }
    this.#field = field;
    this.#at = i;
    this.#state = state;
    return this.#ended ? this.#last() : this.#keepRest();
  }

  /** Passes over a byte order mark. @returns false when it is too early to tell whether there is one */
  #begin(): boolean {
    const head = this.#bytes.subarray(0, MARK.length);
    if (head.length < MARK.length && !this.#ended && MARK.subarray(0, head.length).equals(head)) return false;
    if (head.equals(MARK)) this.#at = this.#recordStart = MARK.length;
    this.#begun = true;
    return true;
  }

  /** Keeps what has come of the current record. */
  #keepRest(): undefined {
    const gone = this.#recordStart;
    if (this.#bytes.length - gone > MAX_LINE_BYTES) throw this.#tooLong(this.#at, this.#state);
    // A copy: the piece belongs to whoever pushed it.
    this.#bytes = Buffer.from(this.#bytes.subarray(gone));
    this.#at -= gone;
    this.#recordStart = 0;
    const { ends } = this.#record;
    for (let field = Math.min(this.#field, ends.length) - 1; field >= 0; field--) ends[field]! -= gone;
  }

  /** The record that no line end stands behind. */
  #last(): CsvRecord | undefined {
    const { length } = this.#bytes;
    if (isOpen(this.#state)) throw this.#fault('a quoted field is never closed', this.#quoteLine(length));
    const isRecord = this.#recordStart < length && this.#endRecord(length, length, this.#state);
    return isRecord ? this.#record : undefined;
  }

  /** @returns whether there is a record to hand out */
  #endLine(end: number, next: number, state: number): boolean {
    const crlf = next - end === 2;
    this.#crlf ??= crlf;
    if (this.#crlf !== crlf) throw this.#mixedLineEnds(crlf);
    if (next - this.#recordStart > MAX_LINE_BYTES) throw this.#tooLong(end, state);
    return this.#endRecord(end, next, state);
  }

  /** @returns whether there is a record to hand out */
  #endRecord(end: number, next: number, state: number): boolean {
    const record = this.#record;
    record.bytes = this.#bytes;
    record.begin = this.#recordStart;
    record.line = this.#recordLine;
    record.fields = this.fields;
    record.ends[this.#field] = end;
    record.states[this.#field] = state;
    this.line++;
    this.#recordLine = this.line;
    this.#at = this.#recordStart = next;
    this.#state = START;
    this.#field = 0;
    if (this.#width === 0) {
      this.#checkLineEndsInNames(end);
      this.#width = record.fields;
      return this.#names === undefined;
    }
    const isBlank = end === record.begin;
    if (isBlank && this.#width > 1) return false;
    if (record.fields !== this.#width) throw this.#wrongCount();
    return true;
  }

  /**
   * DuckDB takes the first line end of a file for that of its lines, also when it stands within a name, and does not
   * see the quote behind a byte order mark: other rows would be trained on than were checked.
   */
  #checkLineEndsInNames(end: number): void {
    const { begin, ends } = this.#record;
    const names = this.#bytes.toString('latin1', begin, end);
    const unlike = this.#crlf ? /\r(?!\n)|(?<!\r)\n/ : /\r/;
    if (unlike.test(names) || (begin > 0 && /[\r\n]/.test(names.slice(0, ends[0]! - begin))))
      throw new AppError(
        'bad_format',
        `Line ${this.#record.line}: a line end within a name, which not every reader understands: remove it.`,
      );
  }

  #wrongCount(): AppError {
    const { fields, line } = this.#record;
    return new AppError(
      'bad_format',
      `Line ${line}: ${fields} field${fields === 1 ? '' : 's'} where the header has ${this.#width}.`,
    );
  }

  #mixedLineEnds(crlf: boolean): AppError {
    const [now, before] = crlf ? ['CR LF', 'LF'] : ['LF', 'CR LF'];
    return this.#fault(`ends with ${now}, the lines before it with ${before}: use one kind of line end`);
  }

  #tooLong(at: number, state: number): AppError {
    return isOpen(state)
      ? this.#fault(`a quoted field is not closed within ${MAX_LINE_BYTES} bytes`, this.#quoteLine(at))
      : this.#fault(`longer than ${MAX_LINE_BYTES} bytes`);
  }

  /** The line in which the current field begins. */
  #quoteLine(at: number): number {
    const start = this.#field === 0 ? this.#recordStart : this.#record.ends[this.#field - 1]!;
    let line = this.line;
    for (let i = start; i < at; i++) if (this.#bytes[i] === LF) line--;
    return line;
  }

  #fault(what: string, line = this.line): AppError {
    const name = this.#width === 0 ? undefined : this.#names?.[this.#field];
    return new AppError(
      'bad_format',
      `Line ${line}${name === undefined ? '' : `, column ${excerpt(name)}`}: ${what}.`,
    );
  }
}

const FAULTS: Partial<Record<number, string>> = {
  [RETURN]: 'a carriage return without a line feed behind it',
  [SPACED_QUOTE]: 'a space stands before an opening quote',
  [TEXT_BEHIND_QUOTE]: 'text stands behind a closing quote (quotes within a field must be doubled)',
};
