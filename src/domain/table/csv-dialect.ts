import { AppError } from '../../errors.ts';
import type { Format } from '../../vocabulary/tables.ts';
import { checkColumnCount, checkIsHeader, checkNames, MAX_COLUMNS } from './header.ts';

/** The longest line, and so the longest record, that is read. DuckDB is given the same limit. */
export const MAX_LINE_BYTES = 1 << 20;
/** As much of a file's start as must be seen to know its dialect. */
export const DIALECT_BYTES = MAX_LINE_BYTES + 1;

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SNIFFED_RECORDS = 20;
const [TAB, LF, CR, QUOTE] = [0x09, 0x0a, 0x0d, 0x22];

/** How a text table is written, and its columns' names (spaces around them removed). */
export interface CsvDialect {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** Bytes before the header: 3 for a UTF-8 byte order mark, else 0. */
  readonly start: number;
}

/**
 * Reads the header of a delimited text and finds its delimiter: a TSV has tabs; a CSV has whichever of `,` `;` tab
 * `|` splits the first records into the same number of fields, the greatest number if several do.
 * @param head the start of the file: `DIALECT_BYTES`, or all of it when it is shorter
 * @throws {AppError} `bad_header`, `bad_format`, or `empty` when there is nothing but white space
 */
export function readDialect(head: Buffer, format: Extract<Format, 'csv' | 'tsv'>): CsvDialect {
  const start = markLength(head);
  const whole = head.length < DIALECT_BYTES;
  if (whole && head.toString('latin1', start).trim() === '')
    throw new AppError('empty', 'The file holds no data.');
  const delimiter = format === 'tsv' ? '\t' : sniffDelimiter(head, start, whole);
  const header = readRecord(head, start, delimiter.charCodeAt(0), whole);
  if (header === undefined)
    throw new AppError(
      'bad_format',
      `Line 1: the header does not end: a quote is not closed, or it is longer than ${MAX_LINE_BYTES} bytes.`,
    );
  checkColumnCount(header.ends.length);
  const names = fieldsOf(head, start, header).map((name) => name.trim());
  checkNames(names);
  checkIsHeader(names);
  return { delimiter, names, start };
}

/** Whether the lines of a file without a telling name are separated by tabs. */
export function looksTabSeparated(head: Buffer): boolean {
  const start = markLength(head);
  const lineEnd = head.indexOf(LF, start);
  // The last record of a piece may be cut off, so it is left out, unless it is the only one.
  if (lineEnd < 0) return head.includes(TAB) && sniffDelimiter(head, start, true) === '\t';
  return sniffDelimiter(head, start, false) === '\t';
}

function markLength(head: Buffer): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

interface RecordBounds {
  /** Offsets behind the last byte of each field. */
  readonly ends: readonly number[];
  /** Offset of the next record. */
  readonly next: number;
}

/** One record with quotes respected, or undefined when it does not end within `bytes` (unless `whole`). */
function readRecord(
  bytes: Buffer,
  start: number,
  delimiter: number,
  whole: boolean,
): RecordBounds | undefined {
  const ends: number[] = [];
  let fieldStart = start;
  let quoted = false;
  let everQuoted = false;
  let i = start;
  for (; i < bytes.length && ends.length <= MAX_COLUMNS; i++) {
    const byte = bytes[i]!;
    if (quoted) {
      quoted = byte !== QUOTE;
    } else if (byte === QUOTE) {
      // Either the field begins with it, or it is the second of a doubled quote.
      quoted = i === fieldStart || (everQuoted && bytes[i - 1] === QUOTE);
      everQuoted ||= quoted;
    } else if (byte === delimiter) {
      ends.push(i);
      fieldStart = i + 1;
      everQuoted = false;
    } else if (byte === LF) {
      ends.push(i > start && bytes[i - 1] === CR ? i - 1 : i);
      return { ends, next: i + 1 };
    }
  }
  if (i === bytes.length && (quoted || !whole)) return undefined;
  ends.push(i);
  return { ends, next: i };
}

function fieldsOf(bytes: Buffer, start: number, { ends }: RecordBounds): string[] {
  let from = start;
  return ends.map((end) => {
    const text = bytes.toString('utf8', from, end);
    from = end + 1;
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  });
}

function sniffDelimiter(head: Buffer, start: number, whole: boolean): string {
  let best: string = DELIMITERS[0];
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const { fields, even } = countFields(head, start, delimiter.charCodeAt(0), whole);
    // Evenness weighs more than any number of fields; a single field is even with every wrong delimiter.
    const score = fields <= 1 ? 0 : fields + (even ? 2 * MAX_COLUMNS : 0);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Fields of the header, and whether the next records have as many. */
function countFields(head: Buffer, start: number, delimiter: number, whole: boolean) {
  const header = readRecord(head, start, delimiter, whole);
  const fields = header?.ends.length ?? 0;
  let even = true;
  let next = header?.next ?? head.length;
  for (let n = 1; n < SNIFFED_RECORDS && next < head.length; n++) {
    const record = readRecord(head, next, delimiter, whole);
    if (record === undefined) break;
    const blank = record.ends[0] === next;
    if (!blank && record.ends.length !== fields) even = false;
    next = record.next;
  }
  return { fields, even };
}
