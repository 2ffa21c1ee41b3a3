import { constants, gunzipSync } from 'node:zlib';
import { AppError } from '../../errors.ts';
import type { Encoding, FileType, ReadOptions, TEXT_FORMATS } from '../../vocabulary/tables.ts';
import { looksTabSeparated } from './csv-dialect.ts';
import { isSingleByte } from './single-byte.ts';

type TextFormat = (typeof TEXT_FORMATS)[number];

/** First bytes of what people upload by mistake, so that the refusal can say what it is. */
const FOREIGN: readonly (readonly [name: string, signature: string])[] = [
  ['a PNG image', '\x89PNG'],
  ['a JPEG image', '\xff\xd8\xff'],
  ['a GIF image', 'GIF8'],
  ['a ZIP archive', 'PK\x03\x04'],
  ['an empty ZIP archive', 'PK\x05\x06'],
  ['an old Microsoft Office document (such as .xls)', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a PDF document', '%PDF-'],
  ['a bzip2 archive', 'BZh'],
  ['an xz archive', '\xfd7zXZ\x00'],
  ['a Zstandard archive', '\x28\xb5\x2f\xfd'],
  ['a 7-Zip archive', '7z\xbc\xaf\x27\x1c'],
  ['an SQLite database', 'SQLite format 3\x00'],
  ['an HDF5 file', '\x89HDF\r\n\x1a\n'],
  ['an Arrow or Feather file', 'ARROW1'],
  ['a Feather file', 'FEA1'],
  ['an ORC file', 'ORC'],
  ['an Avro file', 'Obj\x01'],
  ['a NumPy array', '\x93NUMPY'],
  ['an executable program', '\x7fELF'],
];
const UTF16_MARKS = [
  ['\xff\xfe', 'utf-16le'],
  ['\xfe\xff', 'utf-16be'],
] as const;
const ZIP = 'PK\x03\x04';
/** Names of files that only a workbook has, among the first in the archive. */
const WORKBOOK = /xl\/(workbook|worksheets|_rels|sharedStrings|styles|theme)/;
const UTF8_MARK = '\xef\xbb\xbf';
const GZIP = '\x1f\x8b';
const PARQUET = 'PAR1';

/** Compressed bytes that are looked into: at gzip's best ratio, 1:1032, they become 8 MiB. */
const SNIFFED_GZIP_BYTES = 8 << 10;
/** More control characters than these, in number and in share, are not a text with a flaw but no text. */
const MAX_CONTROL = 8;
const MAX_CONTROL_SHARE = 0.02;

const ACCEPTED =
  'CSV, TSV, JSON (an array of objects, or one on each line; each of these also gzipped), Excel workbooks (.xlsx) and Parquet are accepted.';

/**
 * What a file is, by its content; its name only decides between text formats that look alike.
 * @param head the first 64 KiB of the file or more; all of it when it is shorter
 * @param options what its sender says of it
 * @throws {AppError} `unsupported_format`, `empty`, or `bad_format` for a gzip stream damaged from the start
 */
export function detectFileType(head: Uint8Array, name: string, options: ReadOptions = {}): FileType {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (startsWith(bytes, GZIP)) {
    const content = inflateHead(bytes);
    if (startsWith(content, GZIP)) throw unsupported('a gzip archive within another');
    if (startsWith(content, PARQUET)) throw unsupported('a gzipped Parquet file');
    return { ...textType(content, name.replace(/\.gz$/i, ''), options), compression: 'gzip' };
  }
  if (startsWith(bytes, PARQUET)) return { format: 'parquet', compression: 'none' };
  if (startsWith(bytes, ZIP) && WORKBOOK.test(bytes.toString('latin1')))
    return { format: 'xlsx', compression: 'none', ...layoutOf(options) };
  return { ...textType(bytes, name, options), compression: 'none' };
}

/** A text in UTF-8 or in an encoding that tells itself: by its mark, or by letters that are nothing in UTF-8. */
function textType(bytes: Buffer, name: string, options: ReadOptions): Omit<FileType, 'compression'> {
  const foreign = FOREIGN.find(([, signature]) => startsWith(bytes, signature));
  if (foreign !== undefined) throw unsupported(foreign[0]);
  const encoding = options.encoding ?? encodingOf(bytes);
  const layout = layoutOf(options);
  if (encoding === undefined || encoding === 'utf-8') return { format: textFormat(bytes, name), ...layout };
  const text = new TextDecoder(encoding).decode(bytes);
  return { format: textFormat(Buffer.from(text), name), encoding, ...layout };
}

const layoutOf = ({ delimiter, header, na_values }: ReadOptions): Pick<FileType, 'layout'> =>
  delimiter === undefined && header === undefined && na_values === undefined
    ? {}
    : { layout: { delimiter, header, na_values } };

const encodingOf = (bytes: Buffer): Encoding | undefined =>
  UTF16_MARKS.find(([mark]) => startsWith(bytes, mark))?.[1] ?? singleByteEncoding(bytes);

function singleByteEncoding(bytes: Buffer): Encoding | undefined {
  try {
    // A stream: the last character may be cut off.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return undefined;
  } catch {
    return isSingleByte(bytes) ? 'windows-1252' : undefined;
  }
}

function textFormat(bytes: Buffer, name: string): TextFormat | 'json' {
  const start = bytes.toString('latin1', startsWith(bytes, UTF8_MARK) ? UTF8_MARK.length : 0).trimStart();
  if (start === '') throw new AppError('empty', 'The file holds no data.');
  if (isBinary(bytes)) throw unsupported('no text');

  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (/^\{\s*["}]/.test(start)) return jsonLines(start);
  const named = /^(csv|tsv|tab)$/.test(extension);
  // A header such as `[x],[y]` begins like an array too.
  if (/^\[\s*[{[]/.test(start) || (!named && /^\[\s*(["\]\d-]|true|false|null)/.test(start))) return 'json';
  if (/^<(!doctype|html|head|body|\?xml|svg)\b/i.test(start)) throw unsupported('an HTML or XML document');
  if (/^(tsv|tab)$/.test(extension)) return 'tsv';
  return extension !== 'csv' && looksTabSeparated(bytes) ? 'tsv' : 'csv';
}

/** An object that goes on in the next line is one JSON document, not newline-delimited JSON. */
function jsonLines(start: string): 'ndjson' {
  if (/^\{\s*[\r\n]/.test(start)) throw unsupported('a JSON document: write one object per line instead');
  return 'ndjson';
}

function isBinary(bytes: Buffer): boolean {
  let control = 0;
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) control++;
  return control > MAX_CONTROL && control > MAX_CONTROL_SHARE * bytes.length;
}

function inflateHead(bytes: Buffer): Buffer {
  try {
    // Z_SYNC_FLUSH: what there is so far, without complaint that the stream goes on.
    return gunzipSync(bytes.subarray(0, SNIFFED_GZIP_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw new AppError('bad_format', 'The gzip stream is damaged.', { cause });
  }
}

function startsWith(bytes: Buffer, signature: string): boolean {
  return bytes.toString('latin1', 0, signature.length) === signature;
}

function unsupported(what: string): AppError {
  return new AppError('unsupported_format', `The file is ${what}. ${ACCEPTED}`);
}

/**
 * Whether every byte has passed our own check before a reader in native code sees it: a process that has read such a
 * file may read the next one.
 */
export const isCheckedFirst = ({ format }: FileType): boolean => format !== 'parquet' && format !== 'xlsx';
