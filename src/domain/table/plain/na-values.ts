import { isUtf8 } from 'node:buffer';
import type { TextFormat, TextLayout } from '../../../vocabulary/tables.ts';
import { DIALECT_BYTES, readDialect } from '../csv-dialect.ts';
import { CsvReader } from '../csv-reader.ts';
import type { CsvRecord } from '../csv-record.ts';
import { MAX_LINE_BYTES } from '../text-scan.ts';

const LF = 0x0a;

/** A text in which what its sender says means no value is what means none anywhere. */
export function withoutNa<Piece extends Uint8Array | string>(
  pieces: AsyncIterable<Piece>,
  format: TextFormat,
  layout: TextLayout,
  onLayout: (layout: DelimitedLayout) => void = () => {},
): AsyncIterable<Piece | Buffer> {
  const { na_values } = layout;
  if (na_values === undefined) return pieces;
  return format === 'ndjson'
    ? withoutNaProperties(pieces, na_values)
    : withoutNaCells(pieces, format, layout, onLayout);
}

type DelimitedLayout = Required<Pick<TextLayout, 'delimiter' | 'header'>>;

/**
 * Its cells without a value are empty; everything else stands where it stood.
 * @param onLayout told how the text is cut and whether it has a header, before anything is given
 * @throws {AppError} `bad_format`, `bad_header`, `empty`
 */
async function* withoutNaCells(
  pieces: AsyncIterable<Uint8Array | string>,
  format: Exclude<TextFormat, 'ndjson'>,
  layout: TextLayout,
  onLayout: (layout: DelimitedLayout) => void,
): AsyncGenerator<Buffer> {
  const head: Buffer[] = [];
  let bytes = 0;
  let cells: NaCells | undefined;
  const begin = () => {
    const start = Buffer.concat(head);
    const { delimiter, header, names } = readDialect(start, format, layout);
    onLayout({ delimiter: delimiter as DelimitedLayout['delimiter'], header: header.isThere });
    const reader = new CsvReader(delimiter, names, { line: header.nextLine, crlf: header.crlf });
    const begun = new NaCells(reader, layout.na_values ?? [], header.crlf ? '\r\n' : '\n', header.nextLine);
    return { begun, header: start.subarray(0, header.bytes), rest: start.subarray(header.bytes) };
  };
  for await (const piece of pieces) {
    // A copy: it is valid only until the next one is asked for.
    const chunk = Buffer.from(piece as Uint8Array);
    if (cells) yield cells.take(chunk);
    else {
      head.push(chunk);
      bytes += chunk.length;
      if (bytes < DIALECT_BYTES) continue;
      const { begun, header, rest } = begin();
      cells = begun;
      yield Buffer.concat([header, cells.take(rest)]);
    }
  }
  if (!cells) {
    const { begun, header, rest } = begin();
    cells = begun;
    yield Buffer.concat([header, cells.take(rest)]);
  }
  yield cells.end();
}

class NaCells {
  readonly #reader: CsvReader;
  readonly #values: ReadonlySet<string>;
  readonly #longest: number;
  readonly #lineEnd: string;
  /** The line that what was given ends before. */
  #line: number;

  constructor(reader: CsvReader, values: readonly string[], lineEnd: string, line: number) {
    this.#reader = reader;
    this.#values = new Set(values);
    // As bytes, each of which may be a doubled quote.
    this.#longest = Math.max(0, ...values.map((value) => 2 * Buffer.byteLength(value)));
    this.#lineEnd = lineEnd;
    this.#line = line;
  }

  take(piece: Buffer): Buffer {
    this.#reader.push(piece);
    return this.#records();
  }

  end(): Buffer {
    this.#reader.end();
    return this.#records();
  }

  #records(): Buffer {
    const reader = this.#reader;
    const pieces: Buffer[] = [];
    for (let record = reader.next(); record; record = reader.next()) {
      // Blank lines stay, so that lines keep their numbers.
      pieces.push(Buffer.from(this.#lineEnd.repeat(record.line - this.#line)));
      this.#write(record, pieces);
      this.#line = reader.line;
    }
    return Buffer.concat(pieces);
  }

  #write(record: CsvRecord, pieces: Buffer[]): void {
    let from = record.begin;
    for (let i = 0; i < record.fields; i++) {
      const isNone = record.end(i) - record.start(i) <= this.#longest && this.#values.has(record.text(i));
      if (!isNone) continue;
      const begin = i === 0 ? record.begin : record.ends[i - 1]! + 1;
      pieces.push(Buffer.from(record.bytes.subarray(from, begin)));
      from = record.ends[i]!;
    }
    const end = record.ends[record.fields - 1]!;
    pieces.push(Buffer.from(record.bytes.subarray(from, end)), Buffer.from(this.#lineEnd));
  }
}

/** A value that is none is null. Lines that are no JSON are left to whoever reads them. */
async function* withoutNaProperties(
  pieces: AsyncIterable<Uint8Array | string>,
  values: readonly string[],
): AsyncGenerator<Buffer> {
  const none = new Set(values);
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, Buffer.from(piece as Uint8Array)]);
    // A line longer than any may be is not waited for.
    const end = bytes.length > 2 * MAX_LINE_BYTES ? bytes.length : bytes.lastIndexOf(LF) + 1;
    yield linesWithoutNa(bytes.subarray(0, end), none);
    rest = bytes.subarray(end);
  }
  yield linesWithoutNa(rest, none);
}

function linesWithoutNa(lines: Buffer, none: ReadonlySet<string>): Buffer {
  if (!isUtf8(lines)) return lines;
  const text = lines.toString();
  return Buffer.from(
    text
      .split('\n')
      .map((line) => withNull(line, none))
      .join('\n'),
  );
}

interface RawJson {
  readonly rawJSON: (text: string) => unknown;
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
}

/** Numbers stand as they were written. */
const { parse, rawJSON } = JSON as unknown as RawJson;

function withNull(line: string, none: ReadonlySet<string>): string {
  let isOther = false;
  const read = (_key: string, value: unknown, { source }: { readonly source?: string }): unknown => {
    const text = typeof value === 'number' ? source! : value;
    if (typeof text === 'string' && none.has(text)) {
      isOther = true;
      return null;
    }
    return typeof value === 'number' ? rawJSON(source!) : value;
  };
  try {
    const object = parse(line.replace(/^\u{feff}/u, ''), read);
    return isOther ? JSON.stringify(object) : line;
  } catch {
    return line;
  }
}
