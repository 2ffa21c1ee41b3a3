import type { FileType } from '../../vocabulary/tables.ts';
import { checkLimits, type TableLimits } from './limits.ts';
import { scanText } from './scan-text.ts';

/**
 * Refuses a small text as its inspection would, for the same reasons in the same words and by the same scan, but where it
 * is called: that takes less time than to wait for a process. Other formats are left to the inspection: they need native
 * code, which no process but a child feeds with what strangers send.
 * @param content all of the file
 * @throws {AppError} `empty`, `bad_format`, `bad_header`, `too_few_rows`, `too_many_empty`
 */
export async function refuseEarly(
  content: Buffer,
  { format, compression, encoding, layout }: FileType,
  limits: TableLimits,
): Promise<void> {
  if (compression !== 'none' || encoding !== undefined) return;
  if (format === 'parquet' || format === 'xlsx' || format === 'json') return;
  async function* whole() {
    yield content;
  }
  const { rows, columns } = await scanText(whole(), format, layout);
  checkLimits(rows, columns, limits);
}
