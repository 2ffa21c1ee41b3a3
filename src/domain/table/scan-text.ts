import type { TextFormat, TextLayout } from '../../vocabulary/tables.ts';
import { DIALECT_BYTES, readDialect } from './csv-dialect.ts';
import { CsvScanner, type ProfiledScan } from './csv-scan.ts';
import { NdjsonScanner } from './ndjson-scan.ts';
import { TextCheck, type TextScan } from './text-scan.ts';

/**
 * Reads every byte of a text table while it arrives.
 * @param chunks each only used until the next one is asked for
 * @throws {AppError} `empty`, `bad_format` or `bad_header` as soon as there is a reason
 */
export async function scanText(
  chunks: AsyncIterable<Buffer>,
  format: TextFormat,
  layout?: TextLayout,
): Promise<TextScan | ProfiledScan> {
  if (format !== 'ndjson') return scanCsv(chunks, format, { layout });
  const check = new TextCheck();
  const scanner = new NdjsonScanner();
  for await (const chunk of chunks) {
    check.check(chunk, scanner.line);
    scanner.push(chunk);
  }
  check.end(scanner.line);
  return scanner.end();
}

/**
 * @param options.texts takes the figures of the columns at these positions alone, as texts; what is told of the others is
 *   void
 * @throws {AppError} as `scanText`
 */
export async function scanCsv(
  chunks: AsyncIterable<Buffer>,
  format: Exclude<TextFormat, 'ndjson'>,
  { texts, layout }: { readonly texts?: readonly number[]; readonly layout?: TextLayout | undefined } = {},
): Promise<ProfiledScan> {
  using memory = new DisposableStack();
  const check = new TextCheck();
  let scanner: CsvScanner | undefined;
  /** What came before the dialect was known. */
  const head: Buffer[] = [];
  let bytes = 0;
  const begin = () => {
    const start = Buffer.concat(head);
    const dialect = readDialect(start, format, layout);
    check.check(start, 1);
    const begun = memory.use(new CsvScanner(dialect));
    if (texts !== undefined) begun.begin(texts, true);
    begun.push(start);
    // What the start gives away need not be found out at the end.
    const { spoiled } = begun;
    if (spoiled.length > 0) {
      begun.begin(spoiled);
      begun.push(start);
    }
    return begun;
  };
  for await (const chunk of chunks) {
    if (scanner === undefined) {
      head.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes >= DIALECT_BYTES) scanner = begin();
    } else {
      check.check(chunk, scanner.line);
      scanner.push(chunk);
    }
  }
  scanner ??= begin();
  check.end(scanner.line);
  return scanner.end();
}
