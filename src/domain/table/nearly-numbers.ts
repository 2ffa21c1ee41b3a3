import type { ColumnProfile, NearlyNumbers } from '../../vocabulary/tables.ts';
import type { Cell, RowSample } from './row-sampler.ts';

/** Of the cells that are looked at, those that stand for no value left out. */
const NEARLY_ALL = 0.9;
/** A column of texts shows itself by as many cells. */
const FIRST_CELLS = 50;

/** A number as people and spreadsheets write it; of whole ones beyond 15 digits, an identifier is more likely. */
const NUMBER =
  /^\s*[-+(]?\s*[$€£¥]?\s*[-+]?(0|[1-9]\d{0,14}|[1-9]\d{0,2}([ ,.'’\u00a0]\d{3})+)?(?:(?<=\d)|(?=[.,]\d))([.,]\d*)?([eE][-+]?\d+)?\s*[%$€£¥]?\)?\s*$/;
/** What stands in a table of numbers for one that is not known. */
const PLACEHOLDER = /^\s*(\?+|-+|\.|\*|unknown|none|missing|not available|n\.?a\.?|inf|infinity|#\S+)\s*$/i;

/** Columns of texts nearly all of which look like numbers, as far as the sampled rows tell, by name. */
export function nearlyNumbers(
  columns: readonly ColumnProfile[],
  { cells }: RowSample,
): ReadonlyMap<string, NearlyNumbers> {
  return new Map(
    columns.flatMap((column) => {
      const found = column.type === 'string' ? ofColumn(column, cells.get(column.name) ?? []) : undefined;
      return found ? [[column.name, found] as const] : [];
    }),
  );
}

function ofColumn({ min, max }: ColumnProfile, all: readonly Cell[]): NearlyNumbers | undefined {
  const cells = all.filter((cell) => typeof cell === 'string');
  if (!mostlyNumbers(cells.slice(0, FIRST_CELLS))) return undefined;
  const others = cells.filter((cell) => !NUMBER.test(cell));
  const numbers = cells.length - others.length;
  const placeholders = others.filter((cell) => PLACEHOLDER.test(cell)).length;
  if (numbers === 0 || numbers < NEARLY_ALL * (cells.length - placeholders)) return undefined;
  return {
    cells: cells.length,
    numbers,
    other: others[0] ?? [min, max].map(String).find((end) => !NUMBER.test(end)),
  };
}

const mostlyNumbers = (cells: readonly string[]) =>
  cells.filter((cell) => NUMBER.test(cell) || PLACEHOLDER.test(cell)).length * 2 > cells.length;
