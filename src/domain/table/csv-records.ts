import { AppError } from '../../errors.ts';
import { type CsvDialect, MAX_LINE_BYTES } from './csv-dialect.ts';
import { TextCheck } from './text-scan.ts';

const [LF, CR, QUOTE] = [0x0a, 0x0d, 0x22];

/** The cells of one record, valid until the reader that got them returns. */
export interface CsvRecord {
  readonly bytes: Buffer;
  /** Offset of each cell's first byte, quotes left out. */
  readonly starts: Int32Array;
  /** Offset behind each cell's last byte. */
  readonly ends: Int32Array;
  /** 1 where quotes are doubled within the cell. */
  readonly doubled: Uint8Array;
  /** Number of the line the record begins in; 1 is the file's first. */
  readonly line: number;
}

/**
 * Cuts a delimited text (RFC 4180 with any one-byte delimiter, LF or CR LF) into records while it arrives, and
 * refuses what can't be cut: records of other lengths than the header's, quotes not closed or followed by text,
 * carriage returns alone, what is not UTF-8. Blank lines are passed over, except in a table of one column, where
 * they are a missing value. Memory: a piece and a record.
 */
export class CsvRecords {
  readonly #delimiter: number;
  readonly #width: number;
  readonly #read: (record: CsvRecord) => void;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #doubled: Uint8Array;
  readonly #check = new TextCheck();
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;
  /** Of the record that was found last: line ends within its cells, and whether it is an empty line. */
  #innerLines = 0;
  #blank = false;
  #skip: number;
  #headerPassed = false;

  /** @param read called with each record behind the header */
  constructor({ delimiter, names, start }: CsvDialect, read: (record: CsvRecord) => void) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#width = names.length;
    this.#read = read;
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
    this.#doubled = new Uint8Array(names.length);
    this.#skip = start;
  }

  /** @throws {AppError} `bad_format` with the line */
  push(piece: Buffer): void {
    this.#check.check(piece, this.#line);
    const fresh = piece.subarray(this.#skip);
    this.#skip = 0;
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, fresh]) : fresh;
    // A copy: the piece belongs to whoever pushed it.
    this.#rest = Buffer.from(bytes.subarray(this.#readAll(bytes, false)));
    if (this.#rest.length > MAX_LINE_BYTES) throw this.#fault(`longer than ${MAX_LINE_BYTES} bytes`);
  }

  /** To be called once, behind the last piece. @throws {AppError} `bad_format` */
  end(): void {
    this.#check.end(this.#line);
    this.#readAll(this.#rest, true);
  }

  /** Reads every whole record. @returns the offset of what is left */
  #readAll(bytes: Buffer, isLast: boolean): number {
    const record = { bytes, starts: this.#starts, ends: this.#ends, doubled: this.#doubled, line: 0 };
    let at = 0;
    while (at < bytes.length) {
      const next = this.#readRecord(bytes, at, isLast);
      if (next < 0) break;
      record.line = this.#line;
      this.#line += 1 + this.#innerLines;
      at = next;
      if (!this.#headerPassed) this.#headerPassed = true;
      else if (!this.#blank || this.#width === 1) this.#read(record);
    }
    return at;
  }

  /** Finds the cells of the record at `from`. @returns the offset behind it; −1: it does not end in these bytes */
  #readRecord(bytes: Buffer, from: number, isLast: boolean): number {
    const { length } = bytes;
    const delimiter = this.#delimiter;
    const width = this.#width;
    const starts = this.#starts;
    const ends = this.#ends;
    const doubles = this.#doubled;
    let column = 0;
    let i = from;
    this.#innerLines = 0;
    for (;;) {
      let start = i;
      let end: number;
      let doubled = 0;
      if (bytes[i] === QUOTE) {
        start = i + 1;
        for (i = start; ; i++) {
          if (i >= length) {
            if (isLast) throw this.#fault('a quoted field is never closed');
            return -1;
          }
          if (bytes[i] === LF) this.#innerLines++;
          if (bytes[i] !== QUOTE) continue;
          if (i + 1 === length && !isLast) return -1;
          if (bytes[i + 1] !== QUOTE) break;
          doubled = 1;
          i++;
        }
        end = i++;
      } else {
        for (; i < length; i++) {
          const byte = bytes[i]!;
          if (byte === delimiter || byte === LF || byte === CR) break;
        }
        end = i;
      }
      if (column < width) {
        starts[column] = start;
        ends[column] = end;
        doubles[column] = doubled;
      }
      column++;
      if (i >= length) {
        if (!isLast) return -1;
        break;
      }
      const byte = bytes[i]!;
      if (byte === delimiter) {
        i++;
        continue;
      }
      if (byte === CR) {
        if (i + 1 === length && !isLast) return -1;
        if (bytes[++i] !== LF) throw this.#fault('a carriage return without a line feed behind it');
      } else if (byte !== LF) {
        throw this.#fault('text stands behind a closing quote (quotes within a field must be doubled)');
      }
      i++;
      break;
    }
    this.#blank = column === 1 && ends[0] === from && bytes[from] !== QUOTE;
    if (column !== width && !this.#blank) throw this.#wrongCount(column);
    return i;
  }

  #wrongCount(fields: number): AppError {
    return this.#fault(`${fields} field${fields === 1 ? '' : 's'} where the header has ${this.#width}`);
  }

  #fault(what: string): AppError {
    return new AppError('bad_format', `Line ${this.#line}: ${what}.`);
  }
}
