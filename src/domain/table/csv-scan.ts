import { isFaithfulNumber, KIND_AT, MAY_BE_WHOLE, MISSING, SAFE_LENGTH, TEXT } from './cell.ts';
import { typeOfKinds } from './column-kinds.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { ACTIONS, cellState } from './csv-grammar.ts';
import { CsvReader } from './csv-reader.ts';
import type { CsvRecord } from './csv-record.ts';
import type { TextScan } from './text-scan.ts';

/** Beside the kinds as bits: a number that may be too long a whole number. */
const WHOLE = 128;
/** The kind of a field by the state of the grammar it ends in. */
const KINDS = Uint8Array.from({ length: ACTIONS }, (_, state) => {
  const inCell = cellState(state);
  return MAY_BE_WHOLE[inCell] === 1 ? KIND_AT[inCell]! | WHOLE : KIND_AT[inCell]!;
});

/**
 * Reads every record of a delimited text and collects the kinds of each column's cells. Memory does not grow with
 * the text.
 */
export class CsvScanner {
  readonly #names: readonly string[];
  readonly #reader: CsvReader;
  readonly #kinds: Uint8Array;
  readonly #missing: Float64Array;
  #rows = 0;

  constructor({ delimiter, names }: CsvDialect) {
    this.#names = names;
    this.#reader = new CsvReader(delimiter, names);
    this.#kinds = new Uint8Array(names.length);
    this.#missing = new Float64Array(names.length);
  }

  /** Number of the line the scan stands in; 1 is the file's first. */
  get line(): number {
    return this.#reader.line;
  }

  /** @throws {AppError} `bad_format` with the line, and the column where there is one */
  push(piece: Buffer): void {
    this.#reader.push(piece);
    this.#takeAll();
  }

  /**
   * To be called once, behind the last piece.
   * @throws {AppError} `bad_format`
   */
  end(): TextScan {
    this.#reader.end();
    this.#takeAll();
    const columns = this.#names.map((name, i) => ({
      name,
      type: typeOfKinds(this.#kinds[i]! & ~WHOLE),
      missing: this.#missing[i]!,
    }));
    return { rows: this.#rows, columns, multiline: this.#reader.multiline };
  }

  #takeAll(): void {
    const reader = this.#reader;
    for (let record = reader.next(); record !== undefined; record = reader.next()) this.#take(record);
  }

  #take(record: CsvRecord): void {
    const kinds = this.#kinds;
    const { states } = record;
    this.#rows++;
    for (let column = 0; column < kinds.length; column++) {
      const kind = KINDS[states[column]!]!;
      kinds[column]! |= kind;
      if (kind === MISSING) this.#missing[column]!++;
      else if (kind >= WHOLE && record.end(column) - record.start(column) > SAFE_LENGTH) {
        if (!isFaithfulNumber(record.text(column))) kinds[column]! |= TEXT;
      }
    }
  }
}
