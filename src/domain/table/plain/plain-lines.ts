import type { FileType, TextFormat, TextLayout } from '../../../vocabulary/tables.ts';
import type { DatasetWarning } from '../../../vocabulary/warnings.ts';
import { decompressed } from '../text-chunks.ts';
import { arrayLines } from './array-lines.ts';
import { withoutNa } from './na-values.ts';
import { transcoded } from './transcoded.ts';
import { workbookLines } from './workbook-lines.ts';

/** A table as a text in UTF-8. */
export interface PlainLines {
  readonly format: TextFormat;
  readonly warnings: readonly DatasetWarning[];
  readonly lines: AsyncIterable<Uint8Array | string>;
  /** What is known of it when all of it has been read. */
  readonly layout: () => TextLayout;
}

/**
 * Any table but a Parquet file as a text in UTF-8, while its bytes arrive; a workbook when they are all there.
 * @param maxBytes of what is decompressed
 * @throws {AppError} `too_large`; `bad_format` for what can't be read; `empty`
 */
export async function plainLines(
  bytes: AsyncIterable<Buffer>,
  fileType: FileType,
  maxBytes: number,
): Promise<PlainLines> {
  const { format, warnings, lines } = await linesOf(bytes, fileType, maxBytes);
  // What is written of a workbook has commas.
  const { header, delimiter, na_values } = fileType.layout ?? {};
  let layout: TextLayout = fileType.format === 'xlsx' ? { header } : { header, delimiter };
  const cleared = withoutNa(lines, format, { ...layout, na_values }, (found) => {
    layout = found;
  });
  return { format, warnings, lines: cleared, layout: () => layout };
}

/** Copies: a piece may be valid only until the next one is asked for. */
async function together(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function linesOf(
  bytes: AsyncIterable<Buffer>,
  { format, compression, encoding }: FileType,
  maxBytes: number,
): Promise<Omit<PlainLines, 'layout'>> {
  if (format === 'xlsx') {
    const { sheets, lines } = await workbookLines(await together(bytes));
    const [first, ...others] = sheets;
    const message = `Only the first of ${sheets.length} sheets is read, ${JSON.stringify(first)}.`;
    return { format: 'csv', warnings: others.length > 0 ? [{ code: 'first_sheet', message }] : [], lines };
  }
  if (format === 'parquet') throw new Error('Parquet is no text');
  const chunks = decompressed(bytes, compression, maxBytes);
  const text = encoding === undefined ? chunks : transcoded(chunks, encoding);
  const warnings: DatasetWarning[] =
    encoding === undefined
      ? []
      : [{ code: 'converted', message: `The file is not written in UTF-8: it is read as ${encoding}.` }];
  return format === 'json'
    ? { format: 'ndjson', warnings, lines: arrayLines(text) }
    : { format, warnings, lines: text };
}
