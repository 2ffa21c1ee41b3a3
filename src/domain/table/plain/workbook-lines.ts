import { AppError } from '../../../errors.ts';

type Cell = string | number | boolean | Date | null;

/** The first sheet of an Excel workbook as a CSV: numbers as such, days and times by ISO 8601. */
export interface Workbook {
  /** Names of all sheets, in order. */
  readonly sheets: readonly string[];
  readonly lines: AsyncIterable<string>;
}

/** @throws {AppError} `bad_format` when it is damaged, `empty` when its first sheet holds nothing */
export async function workbookLines(content: Buffer): Promise<Workbook> {
  const { default: readWorkbook } = await import('read-excel-file/node');
  const workbook = await readWorkbook(content).catch((cause: unknown) => {
    throw new AppError('bad_format', 'The workbook is damaged.', { cause });
  });
  const rows = (workbook[0]?.data ?? []) as Cell[][];
  if (rows.length === 0) throw new AppError('empty', 'The first sheet of the workbook holds nothing.');
  return { sheets: workbook.map(({ sheet }) => sheet), lines: linesOf(rows) };
}

async function* linesOf(rows: readonly Cell[][]): AsyncGenerator<string> {
  for (const row of rows) yield `${row.map(textOf).join(',')}\n`;
}

/** A workbook holds days as fractions, in which a whole second is not one to the last digit. */
function nearSecond(time: Date): Date {
  const second = Math.round(time.getTime() / 1000) * 1000;
  return Math.abs(time.getTime() - second) <= 2 ? new Date(second) : time;
}

function textOf(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) {
    const text = nearSecond(cell).toISOString();
    return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text;
  }
  if (typeof cell !== 'string') return String(cell);
  return `"${cell.replaceAll('"', '""')}"`;
}
