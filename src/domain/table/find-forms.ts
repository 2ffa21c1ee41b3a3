import type { DuckDBConnection } from '@duckdb/node-api';
import { type CellForm, formsOf, MISSING_MARKS } from '#tabular';
import type { ColumnProfile, ReadOptions } from '../../vocabulary/tables.ts';
import { isOfForm, withoutMarks } from './cell-form-sql.ts';
import { dialectOf, type TableFile, tableSource } from './duckdb-source.ts';

/** What a column's cells were found to be. */
export interface FoundForm {
  readonly form: CellForm;
  /** That are of the form: all that hold a value. */
  readonly cells: number;
  /** Every cell could be read in another way as well, to other values. */
  readonly ambiguous?: true;
}

interface Candidate {
  readonly name: string;
  readonly forms: readonly CellForm[];
}

const MARKS: ReadonlySet<string> = new Set(MISSING_MARKS);

/**
 * In which form numbers and dates are written in columns that are texts otherwise. A form is that of all of a
 * column's cells or of none; where several would do and mean different values, what other columns of the table and the
 * delimiter say decides, and it is told.
 *
 * @param columns those of which `mayHaveForms`
 * @param wanted what the forms are said to be
 * @returns by name, of the columns that have one
 */
export async function findForms(
  connection: DuckDBConnection,
  file: TableFile,
  columns: readonly ColumnProfile[],
  wanted: ReadOptions = {},
): Promise<Map<string, FoundForm>> {
  const candidates = (await extremesOf(connection, file, columns)).flatMap((column) =>
    candidatesOf(column, wanted),
  );
  if (candidates.length === 0) return new Map();
  const fitting = await countFitting(connection, file, candidates);
  const isSure = (form: CellForm) =>
    fitting.some(({ forms }) => forms.length > 0 && forms.every((other) => agree(form, other)));
  const decimalComma =
    wanted.decimal === ',' ||
    // It goes with decimal commas.
    (await dialectOf(file))?.delimiter === ';' ||
    fitting.some(({ forms }) => forms.length > 0 && forms.every(hasDecimalComma));
  const found = new Map<string, FoundForm>();
  for (const { name, forms, cells } of fitting) {
    const form = preferred(forms, decimalComma, isSure);
    if (form) found.set(name, { form, cells, ...(isAmbiguous(forms) && { ambiguous: true }) });
  }
  return found;
}

const isMark = (cell: unknown) => typeof cell === 'string' && MARKS.has(cell);

/** Whether a column's least and greatest text leave it open that it holds numbers or dates in a form of their own. */
export const mayHaveForms = (column: ColumnProfile, wanted: ReadOptions): boolean =>
  column.type === 'string'
    ? isMark(column.min) || isMark(column.max) || candidatesOf(column, wanted).length > 0
    : // Its points may part thousands.
      column.type === 'number' && wanted.decimal === ',' && column.min !== null;

type Extremes = Pick<ColumnProfile, 'name' | 'min' | 'max'>;

function isWanted(form: CellForm, { decimal, thousands, date_order }: ReadOptions): boolean {
  if (form.kind === 'datetime') return date_order === undefined || form.order === date_order;
  return (
    (decimal === undefined || form.decimal === decimal) &&
    (thousands === undefined || form.thousands === thousands)
  );
}

/** The least and the greatest text of each column that is no mark for a missing value. */
async function extremesOf(
  connection: DuckDBConnection,
  file: TableFile,
  columns: readonly Extremes[],
): Promise<readonly Extremes[]> {
  const marked = columns.filter(({ min, max }) => isMark(min) || isMark(max));
  if (marked.length === 0) return columns;
  const { from, expressions } = await tableSource(
    connection,
    file,
    marked.map(({ name }) => ({ name, as: 'text' })),
  );
  const values = expressions.map(withoutMarks);
  const result = await connection.runAndReadAll(
    `SELECT ${values.flatMap((x) => [`min(${x})`, `max(${x})`]).join(', ')} FROM ${from}`,
  );
  const row = result.getRows()[0] as (string | null)[];
  const found = new Map(marked.map(({ name }, i) => [name, [row[2 * i]!, row[2 * i + 1]!] as const]));
  return columns.map(({ name, min, max }) => {
    const [least = min, greatest = max] = found.get(name) ?? [];
    return { name, min: least, max: greatest };
  });
}

/** What the least and the greatest text could be says what all may be. */
function candidatesOf({ name, min, max }: Extremes, wanted: ReadOptions): Candidate[] {
  const cells = [min, max].filter((cell) => typeof cell === 'string');
  // Of a column of plain numbers the least and the greatest are no texts: any form may be that of its texts.
  const possible = cells.length > 0 ? formsOf(cells) : typeof min === 'number' ? formsOf(['0']) : [];
  const forms = possible.filter((form) => isWanted(form, wanted));
  return forms.length === 0 ? [] : [{ name, forms }];
}

async function countFitting(
  connection: DuckDBConnection,
  file: TableFile,
  candidates: readonly Candidate[],
): Promise<(Candidate & { readonly cells: number })[]> {
  const { from, expressions } = await tableSource(
    connection,
    file,
    candidates.map(({ name }) => ({ name, as: 'text' })),
  );
  const counts = candidates.flatMap(({ forms }, i) => {
    const value = withoutMarks(expressions[i]!);
    return [
      `count(${value})`,
      ...forms.map((form) => `count(CASE WHEN ${isOfForm(`(${value})`, form)} THEN 1 END)`),
    ];
  });
  const result = await connection.runAndReadAll(
    `SELECT ${counts.map((count) => `${count}::DOUBLE`).join(', ')} FROM ${from}`,
  );
  const row = result.getRows()[0] as number[];
  let at = 0;
  return candidates.map(({ name, forms }) => {
    const cells = row[at++]!;
    const fits = forms.filter(() => row[at++] === cells);
    return { name, cells, forms: cells > 0 ? fits : [] };
  });
}

const hasDecimalComma = (form: CellForm) => form.kind === 'number' && form.decimal === ',';

const agree = (form: CellForm, other: CellForm) =>
  form.kind === 'datetime' && other.kind === 'datetime' && form.order === other.order;

/** Whether the forms, all of which fit, give some cell different values. */
function isAmbiguous(forms: readonly CellForm[]): boolean {
  const orders = new Set(forms.map((form) => form.kind === 'datetime' && form.order));
  const numbers = forms.filter((form) => form.kind === 'number');
  const [comma = [], point = []] = [true, false].map((is) =>
    numbers.filter((form) => hasDecimalComma(form) === is).map(({ thousands }) => thousands),
  );
  if (numbers.length === 0) return orders.size > 1;
  // Where one way to part thousands goes with both decimals, there are none.
  return comma.length > 0 && point.length > 0 && !comma.some((thousands) => point.includes(thousands));
}

function preferred(
  forms: readonly CellForm[],
  decimalComma: boolean,
  isSure: (form: CellForm) => boolean,
): CellForm | undefined {
  const rank = (form: CellForm): number => {
    if (form.kind === 'number') return hasDecimalComma(form) === decimalComma ? 0 : 1;
    if (isSure(form)) return 0;
    const american = form.separator === '/' && !decimalComma;
    return (form.order === 'mdy') === american ? 1 : 2;
  };
  return forms.toSorted((a, b) => rank(a) - rank(b))[0];
}
