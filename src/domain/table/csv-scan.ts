import type { ColumnProfile } from '../../vocabulary/tables.ts';
import { isFaithfulNumber, KIND_AT, MAY_BE_WHOLE } from './cell.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { ACTIONS, cellState, csvGrammar } from './csv-grammar.ts';
import { type Columns, columnProfile, isSpoiled, measureOnly, measureTexts } from './csv-kernel/columns.ts';
import { bindCsvKernel, type CsvKernel } from './csv-kernel/kernel.ts';
import { CsvReader } from './csv-reader.ts';
import { RecordSample } from './record-sample.ts';
import { sampleOfRecords } from './row-sample.ts';
import { mostSampled, SAMPLE_BYTES } from './row-sampler.ts';
import { MAX_LINE_BYTES, type TextScan } from './text-scan.ts';

/** A table of so many cells has all its distinct values counted, in memory of up to some 100 MB. */
const COUNTED_CELLS = 4_000_000;
/** In a larger one, a column has so many counted; of more, a sample half as large at least stands for all. */
const [MOST_COUNTED, LEAST_COUNTED] = [49_152, 2400];
const PIECE_BYTES = 1 << 20;
/** Zero bytes behind the text, over which the kernel may read. */
const PADDING = 32;
/** Bytes before each record that the kernel keeps: see sample.as. */
const RECORD_HEAD = 8;
/** A kernel that holds more is not used again. */
const KEPT_BYTES = 16 << 20;

/** Beside the kinds as bits: a number that may be too long a whole number. */
const WHOLE = 128;
/** The kind of a field by the state of the grammar it ends in. */
const KINDS = Uint8Array.from({ length: ACTIONS }, (_, state) => {
  const inCell = cellState(state);
  return MAY_BE_WHOLE[inCell] === 1 ? KIND_AT[inCell]! | WHOLE : KIND_AT[inCell]!;
});

/** What a scan found out that worked out the figures at once. */
export interface ProfiledScan extends TextScan {
  readonly columns: readonly ColumnProfile[];
  /** Columns that turned out late to be text: their figures are to be taken again. */
  readonly spoiled: readonly number[];
  readonly dialect: CsvDialect;
  readonly sample: RecordSample;
}

/** Kernels that nobody uses. */
const idle: CsvKernel[] = [];

/**
 * Checks a delimited text and works out its columns' figures while it arrives, in WebAssembly, in one pass: what a
 * column is, its first value says. Where a later one says otherwise, the column is spoiled, for it is one of texts,
 * and its figures are to be taken again. Memory does not grow with the text.
 */
export class CsvScanner implements Disposable {
  readonly #dialect: CsvDialect;
  readonly #kernel: CsvKernel;
  /** Where the kernel finds the text, and where it ends now. */
  #text = 0;
  #end = 0;
  /** Bytes of the header that are still to come. */
  #header = 0;
  #sample = new RecordSample();
  /** Reads the record that the kernel refused. */
  #refusing: CsvReader | undefined;
  #isReleased = false;

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect;
    this.#kernel = idle.pop() ?? bindCsvKernel({ number: Number, isFaithful: isFaithfulNumber });
    this.begin();
  }

  /** Number of the line the scan stands in; 1 is the file's first. */
  get line(): number {
    if (this.#refusing) return this.#refusing.line;
    const { line, linesInRecord, linesInField } = this.#kernel;
    return this.#header > 0 ? 1 : line.value + linesInRecord.value + linesInField.value;
  }

  /** Positions of the spoiled columns so far. */
  get spoiled(): number[] {
    const columns = this.#columns;
    return this.#dialect.names.flatMap((_, i) => (isSpoiled(columns, i) ? [i] : []));
  }

  /**
   * Begins at the start of the text.
   * @param texts positions of columns that are known to be texts
   * @param only whether no others are measured
   */
  begin(texts: readonly number[] = [], only = false): void {
    const kernel = this.#kernel;
    const { delimiter, names, header } = this.#dialect;
    const code = delimiter.charCodeAt(0);
    kernel.begin(names.length, code, MAX_LINE_BYTES, crypto.getRandomValues(new BigUint64Array(1))[0]!);
    const rows = Math.ceil(COUNTED_CELLS / names.length);
    const counted = Math.max(rows, LEAST_COUNTED);
    kernel.count(counted, Math.min(counted, MOST_COUNTED), rows);
    kernel.sample(mostSampled(names.length), SAMPLE_BYTES);
    this.#text = this.#end = kernel.allocate(MAX_LINE_BYTES + PIECE_BYTES + PADDING);
    const grammar = csvGrammar(code);
    new Uint16Array(kernel.memory.buffer, kernel.grammarAddress(), grammar.length).set(grammar);
    new Uint8Array(kernel.memory.buffer, kernel.kindsAddress(), KINDS.length).set(KINDS);
    if (only) measureOnly(this.#columns, texts);
    else measureTexts(this.#columns, texts);
    kernel.start(header.nextLine, Number(header.crlf));
    kernel.standAt(this.#text);
    this.#header = header.bytes;
    this.#sample = new RecordSample();
  }

  /** @throws {AppError} `bad_format` with the line, and the column where there is one */
  push(piece: Buffer): void {
    const header = Math.min(this.#header, piece.length);
    this.#header -= header;
    for (let at = header; at < piece.length; at += PIECE_BYTES)
      this.#take(piece.subarray(at, at + PIECE_BYTES));
  }

  /**
   * To be called once, behind the last piece.
   * @throws {AppError} `bad_format`
   */
  end(): ProfiledScan {
    const kernel = this.#kernel;
    if (this.#refusing || kernel.scan(this.#end, 1) === 0) this.#refuse(true);
    this.#offerRecords();
    kernel.finish();
    const rows = kernel.rows.value;
    const found = this.#columns;
    const dialect = this.#dialect;
    const columns = dialect.names.map(
      (name, i): ColumnProfile => ({ name, ...columnProfile(found, i, rows) }),
    );
    const { spoiled } = this;
    const records = this.#records();
    this[Symbol.dispose]();
    const sampled = () => sampleOfRecords(dialect, records);
    return { rows, columns, spoiled, dialect, sample: this.#sample, sampled };
  }

  /** Lets others use the memory: it is not needed for what remains to be done. */
  [Symbol.dispose](): void {
    if (!this.#isReleased && this.#kernel.memory.buffer.byteLength <= KEPT_BYTES) idle.push(this.#kernel);
    this.#isReleased = true;
  }

  /** The sampled ones, a copy. */
  #records(): Buffer {
    const { memory } = this.#kernel;
    const kept = Buffer.from(memory.buffer, this.#kernel.sampleAddress(), this.#kernel.sampleBytes());
    const records: Buffer[] = [];
    for (let at = 0; at < kept.length; ) {
      const [from, length] = [at + RECORD_HEAD, kept.readUInt32LE(at + 4)];
      records.push(kept.subarray(from, from + length));
      at = from + length;
    }
    return Buffer.concat(records);
  }

  get #columns(): Columns {
    const { memory, COLUMN_BYTES, TEXT_BYTES } = this.#kernel;
    return {
      memory: memory.buffer,
      address: this.#kernel.columnsAddress(),
      count: this.#dialect.names.length,
      columnBytes: COLUMN_BYTES.value,
      textBytes: TEXT_BYTES.value,
    };
  }

  #take(piece: Buffer): void {
    if (this.#refusing) {
      this.#refusing.push(piece);
      this.#refuse(false);
      return;
    }
    const kernel = this.#kernel;
    const bytes = Buffer.from(kernel.memory.buffer);
    bytes.set(piece, this.#end);
    this.#end += piece.length;
    this.#pad();
    const isAccepted = kernel.scan(this.#end, 0) !== 0;
    const rest = kernel.recordStart.value;
    if (!isAccepted || this.#end - rest > MAX_LINE_BYTES) {
      this.#refuse(false);
      return;
    }
    this.#offerRecords();
    const gone = rest - this.#text;
    Buffer.from(kernel.memory.buffer).copyWithin(this.#text, rest, this.#end);
    kernel.moved(gone);
    this.#end -= gone;
    // What was moved is still there.
    this.#pad();
  }

  #pad(): void {
    new Uint8Array(this.#kernel.memory.buffer, this.#end, PADDING).fill(0);
  }

  /** Those that the kernel has read since it stood at the text's beginning. */
  #offerRecords(): void {
    const { memory, recordStart, unusual } = this.#kernel;
    if (recordStart.value === this.#text) return;
    const records = Buffer.from(memory.buffer, this.#text, recordStart.value - this.#text);
    this.#sample.offer(records, unusual.value !== 0);
    unusual.value = 0;
  }

  /**
   * Has the record that the kernel refused read by the reader that knows the words for it.
   * @throws {AppError} `bad_format`
   */
  #refuse(isLast: boolean): void {
    if (this.#refusing === undefined) {
      const { memory, recordStart, line } = this.#kernel;
      const { delimiter, names, header } = this.#dialect;
      this.#refusing = new CsvReader(delimiter, names, { line: line.value, crlf: header.crlf });
      this.#refusing.push(Buffer.from(memory.buffer.slice(recordStart.value, this.#end)));
      this[Symbol.dispose]();
    }
    if (isLast) this.#refusing.end();
    if (this.#refusing.next() !== undefined || isLast)
      throw new Error('the kernel refused what the grammar lets pass');
  }
}
