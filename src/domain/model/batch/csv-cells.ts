import { KIND_AT } from '../../table/cell.ts';
import type { CsvDialect } from '../../table/csv-dialect.ts';
import { ACTIONS, cellState, csvGrammar } from '../../table/csv-grammar.ts';
import { CsvReader } from '../../table/csv-reader.ts';
import { MAX_LINE_BYTES } from '../../table/text-scan.ts';
import { bindCellsKernel, type CellsKernel } from './cells-kernel/kernel.ts';

/** The longest piece that is taken at once. */
export const PIECE_BYTES = 1 << 20;
/** Zero bytes behind the text, over which the kernel may read. */
const PADDING = 32;
/** A kernel that holds more is not used again. */
const KEPT_BYTES = 16 << 20;
const KINDS = Uint8Array.from({ length: ACTIONS }, (_, state) => KIND_AT[cellState(state)]!);

/** Kernels that nobody uses. */
const idle: CellsKernel[] = [];

/** What is to be done with the cells of a column of the file; undefined: nothing. */
export type CellUse = 'number' | 'text' | undefined;

/**
 * Cuts the rows of a delimited text into cells while it arrives, in WebAssembly, and reads those of numbers, a block of
 * rows at a time:
 *
 *     cells.put(piece);                        // of at most PIECE_BYTES
 *     while (cells.scan(false)) …              // the block is full: take its rows, nextBlock()
 *     cells.keepRest();
 */
export class CsvCells implements Disposable {
  readonly #kernel = idle.pop() ?? bindCellsKernel();
  readonly #dialect: CsvDialect;
  /** Where the kernel finds the text, and where it ends now. */
  readonly #text: number;
  #end: number;
  /** Reads the record that the kernel refused. */
  #refusing: CsvReader | undefined;
  #isReleased = false;

  constructor(dialect: CsvDialect, uses: readonly CellUse[], blockRows: number) {
    const kernel = this.#kernel;
    this.#dialect = dialect;
    const code = dialect.delimiter.charCodeAt(0);
    kernel.begin(uses.length, code, MAX_LINE_BYTES, blockRows);
    for (const [i, use] of uses.entries()) {
      if (use === 'number') kernel.readNumbers(i);
      if (use === 'text') kernel.findTexts(i);
    }
    this.#text = this.#end = kernel.allocate(MAX_LINE_BYTES + PIECE_BYTES + PADDING);
    const grammar = csvGrammar(code);
    new Uint16Array(kernel.memory.buffer, kernel.grammarAddress(), grammar.length).set(grammar);
    new Uint8Array(kernel.memory.buffer, kernel.kindsAddress(), KINDS.length).set(KINDS);
    kernel.start(this.#text, dialect.header.nextLine, Number(dialect.header.crlf));
  }

  /** Number of the line the reader stands in; 1 is the file's first. */
  get line(): number {
    const { line, linesInRecord, linesInField } = this.#kernel;
    return this.#refusing?.line ?? line.value + linesInRecord.value + linesInField.value;
  }

  /** Rows of the block so far. */
  get rows(): number {
    return this.#kernel.row.value;
  }

  put(piece: Buffer): void {
    if (this.#refusing) {
      this.#refusing.push(piece);
      return;
    }
    Buffer.from(this.#kernel.memory.buffer).set(piece, this.#end);
    this.#end += piece.length;
    this.#pad();
  }

  /**
   * Reads on, until the text or the block is at its end, or a record is refused.
   * @returns whether the block is full
   */
  scan(isLast: boolean): boolean {
    if (this.#refusing) return false;
    const kernel = this.#kernel;
    const stop = kernel.scan(this.#end, Number(isLast));
    if (stop === kernel.FULL.value) return true;
    if (stop === kernel.REFUSED.value || this.#end - kernel.recordStart.value > MAX_LINE_BYTES)
      this.#beginToRefuse();
    return false;
  }

  /** The first row of the block whose cell in that column is no number. */
  misfit(column: number): number {
    const { NO_ROW } = this.#kernel;
    const row = this.#kernel.misfitOf(column) >>> 0;
    return row === NO_ROW.value >>> 0 ? Number.POSITIVE_INFINITY : row;
  }

  lineOf(row: number): number {
    return new Float64Array(this.#kernel.memory.buffer, this.#kernel.linesAddress(), row + 1)[row]!;
  }

  /** A copy of the block's numbers in a column. */
  numbers(column: number): Float64Array {
    return new Float64Array(this.#kernel.memory.buffer, this.#kernel.firstAddress(column), this.rows).slice();
  }

  /** Calls back with each text of a column, from a row on. */
  texts(column: number, from: number, use: (row: number, bytes: Buffer, start: number, end: number) => void) {
    const kernel = this.#kernel;
    const { rows } = this;
    const { buffer } = kernel.memory;
    const bytes = Buffer.from(buffer);
    const starts = new Uint32Array(buffer, kernel.firstAddress(column), rows);
    const ends = new Uint32Array(buffer, kernel.secondAddress(column), rows);
    const doubles = kernel.WITH_DOUBLES.value >>> 0;
    for (let row = from; row < rows; row++) {
      const start = starts[row]!;
      const end = ends[row]!;
      if (end < doubles) {
        use(row, bytes, start, end);
        continue;
      }
      const text = bytes.toString('latin1', start, end - doubles).replaceAll('""', '"');
      const undoubled = Buffer.from(text, 'latin1');
      use(row, undoubled, 0, undoubled.length);
    }
  }

  nextBlock(): void {
    this.#kernel.nextBlock();
  }

  /**
   * To be called when all rows so far have been looked at: what they were cut from is overwritten.
   * @throws {AppError} `bad_format` where a record was refused, once it is known why
   */
  keepRest(isLast = false): void {
    const refusing = this.#refusing;
    if (refusing) {
      if (isLast) refusing.end();
      if (refusing.next() !== undefined || isLast)
        throw new Error('the kernel refused what the grammar lets pass');
      return;
    }
    const kernel = this.#kernel;
    const rest = kernel.recordStart.value;
    const gone = rest - this.#text;
    if (gone === 0) return;
    Buffer.from(kernel.memory.buffer).copyWithin(this.#text, rest, this.#end);
    kernel.moved(gone);
    this.#end -= gone;
    // What was moved is still there.
    this.#pad();
  }

  /** Lets others use the memory. */
  [Symbol.dispose](): void {
    if (!this.#isReleased && this.#kernel.memory.buffer.byteLength <= KEPT_BYTES) idle.push(this.#kernel);
    this.#isReleased = true;
  }

  #pad(): void {
    new Uint8Array(this.#kernel.memory.buffer, this.#end, PADDING).fill(0);
  }

  /** Has the record that the kernel refused read by the reader that knows the words for it. */
  #beginToRefuse(): void {
    const { memory, recordStart, line } = this.#kernel;
    const { delimiter, names, header } = this.#dialect;
    this.#refusing = new CsvReader(delimiter, names, { line: line.value, crlf: header.crlf });
    this.#refusing.push(Buffer.from(memory.buffer.slice(recordStart.value, this.#end)));
  }
}
