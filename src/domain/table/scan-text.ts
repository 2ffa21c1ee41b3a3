import type { TextFormat } from '../../vocabulary/tables.ts';
import { DIALECT_BYTES, readDialect } from './csv-dialect.ts';
import { CsvScanner } from './csv-scan.ts';
import { NdjsonScanner } from './ndjson-scan.ts';
import { TextCheck, type TextScan } from './text-scan.ts';

/**
 * Reads every byte of a text table while it arrives.
 * @param chunks each only used until the next one is asked for
 * @throws {AppError} `empty`, `bad_format` or `bad_header` as soon as there is a reason
 */
export async function scanText(chunks: AsyncIterable<Buffer>, format: TextFormat): Promise<TextScan> {
  const check = new TextCheck();
  let scanner: CsvScanner | NdjsonScanner | undefined = format === 'ndjson' ? new NdjsonScanner() : undefined;
  const scan = (chunk: Buffer, by: CsvScanner | NdjsonScanner) => {
    check.check(chunk, by.line);
    by.push(chunk);
  };
  /** What came before the dialect was known. */
  const head: Buffer[] = [];
  let bytes = 0;
  const begin = () => {
    const begun = new CsvScanner(readDialect(Buffer.concat(head), format === 'tsv' ? 'tsv' : 'csv'));
    for (const chunk of head) scan(chunk, begun);
    return begun;
  };
  for await (const chunk of chunks) {
    if (scanner) scan(chunk, scanner);
    else {
      head.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes >= DIALECT_BYTES) scanner = begin();
    }
  }
  scanner ??= begin();
  check.end(scanner.line);
  return scanner.end();
}
