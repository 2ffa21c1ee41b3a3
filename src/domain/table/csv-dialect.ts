import { AppError } from '../../errors.ts';
import { DELIMITERS, type Format, type TextLayout } from '../../vocabulary/tables.ts';
import { CsvReader, MARK } from './csv-reader.ts';
import type { CsvRecord } from './csv-record.ts';
import {
  type ColumnNames,
  checkColumnCount,
  isData,
  MAX_COLUMNS,
  namesWithoutHeader,
  usableNames,
} from './header.ts';
import { MAX_LINE_BYTES, TextCheck } from './text-scan.ts';

/** As much of a file's start as must be seen to know its dialect: more than the longest header. */
export const DIALECT_BYTES = MARK.length + MAX_LINE_BYTES + 1;

/** The line in front of all others by which spreadsheets are told what parts the cells, behind a byte order mark or not. */
const SEPARATOR_LINE = /^(?:\xef\xbb\xbf)?sep=([,;\t|])(\r?)\n/i;
const SNIFFED_RECORDS = 20;
const [LF, CR] = [0x0a, 0x0d];

/** How a text table is written, and its columns' names (spaces around them removed). */
export interface CsvDialect extends ColumnNames {
  readonly delimiter: string;
  readonly header: CsvHeader;
}

/** What a reader of the rows must know of the header. */
export interface CsvHeader {
  /** Without one, the first line is a row. */
  readonly isThere: boolean;
  /** To its end, a byte order mark, a line `sep=` and the line end included. */
  readonly bytes: number;
  /** In front of it: 1 where there is a line `sep=`. */
  readonly linesBefore: number;
  /** Number of the line behind it. */
  readonly nextLine: number;
  /** Whether it ends with CR LF, and so must all lines. */
  readonly crlf: boolean;
}

/**
 * Reads the header of a delimited text and finds its delimiter: a line `sep=;` says it; a TSV has tabs; a CSV has
 * whichever of `,` `;` tab `|` splits the first records into the same number of fields, the greatest number if several do.
 * @param start of the file: `DIALECT_BYTES` or more, or all of it when it is shorter
 * @param layout what need not be found out
 * @throws {AppError} `bad_header`, `bad_format`, or `empty` when there is nothing but white space
 */
export function readDialect(
  start: Buffer,
  format: Extract<Format, 'csv' | 'tsv'>,
  layout: TextLayout = {},
): CsvDialect {
  const whole = start.length < DIALECT_BYTES;
  new TextCheck().check(start.subarray(0, DIALECT_BYTES), 1);
  const said = separatorLine(start);
  const skipped = said?.bytes ?? 0;
  const head = start.subarray(skipped, DIALECT_BYTES);
  const delimiter =
    layout.delimiter ?? said?.delimiter ?? (format === 'tsv' ? '\t' : sniffDelimiter(head, whole));
  const isBlank = whole && head.toString().trim() === '';
  const reader = readerOf(head, delimiter, whole, said);
  const header = isBlank ? undefined : reader.next();
  if (header === undefined) throw new AppError('empty', 'The file holds no data.');
  checkColumnCount(header.fields);
  const first = textsOf(header);
  const end = header.ends[header.fields - 1]!;
  const crlf = head[end] === CR;
  const linesBefore = said ? 1 : 0;
  const nextLine = reader.line;
  const begin = skipped + header.begin;
  const isThere = layout.header ?? !isData(first, recordsBelow(reader));
  const common = { isThere, linesBefore, crlf };
  return {
    delimiter,
    ...(isThere ? usableNames(first) : namesWithoutHeader(first.length)),
    header: isThere
      ? { ...common, bytes: skipped + Math.min(end + (crlf ? 2 : 1), head.length), nextLine }
      : { ...common, bytes: begin, nextLine: 1 + linesBefore },
  };
}

interface SeparatorLine {
  readonly delimiter: string;
  readonly bytes: number;
  readonly crlf: boolean;
}

function separatorLine(start: Buffer): SeparatorLine | undefined {
  const [line, delimiter, cr] = SEPARATOR_LINE.exec(start.toString('latin1', 0, 16)) ?? [];
  return line === undefined ? undefined : { delimiter: delimiter!, bytes: line.length, crlf: cr !== '' };
}

const textsOf = (record: CsvRecord): string[] =>
  Array.from({ length: record.fields }, (_, i) => record.text(i).trim());

/** The next records, as far as they can be read. */
function recordsBelow(reader: CsvReader): string[][] {
  const records: string[][] = [];
  try {
    for (let record = reader.next(); record && records.length < SNIFFED_RECORDS; record = reader.next())
      records.push(textsOf(record));
  } catch {
    // Whoever reads the rows says what is wrong with them.
  }
  return records;
}

/** Whether the lines of a file without a telling name are separated by tabs. */
export function looksTabSeparated(head: Buffer): boolean {
  const said = separatorLine(head);
  if (said) return said.delimiter === '\t';
  // The last record of a piece may be cut off, so it is left out, unless it is the only one.
  return sniffDelimiter(head, !head.includes(LF)) === '\t';
}

function readerOf(head: Buffer, delimiter: string, whole: boolean, said?: SeparatorLine): CsvReader {
  const behind = said && { line: 2, crlf: said.crlf };
  const reader = new CsvReader(delimiter, undefined, behind);
  reader.push(head);
  if (whole) reader.end();
  return reader;
}

function sniffDelimiter(head: Buffer, whole: boolean): string {
  let best: string = DELIMITERS[0];
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const { fields, even } = countFields(readerOf(head, delimiter, whole));
    // Evenness weighs more than any number of fields; a single field is even with every wrong delimiter.
    const score = fields <= 1 ? 0 : fields + (even ? 2 * MAX_COLUMNS : 0);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Fields of the header, and whether the next records can be read and have as many. */
function countFields(reader: CsvReader): { fields: number; even: boolean } {
  let fields: number | undefined;
  try {
    fields = reader.next()?.fields;
    for (let n = 1; n < SNIFFED_RECORDS && reader.next(); n++);
    return { fields: fields ?? 0, even: true };
  } catch {
    return { fields: fields ?? reader.fields, even: false };
  }
}
