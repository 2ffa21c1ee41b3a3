import { type CellForm, type DateForm, fillingOf, MISSING_MARKS, type NumberForm, patternOf } from '#tabular';
import { literal } from './sql.ts';

/** A column's cells read by their form, in SQL: the same values as `formReader` gives. */

const MARKS_LIST = MISSING_MARKS.map(literal).join(', ');

/** VARCHAR; NULL also where a mark stands for no value. */
export const withoutMarks = (text: string): string =>
  `CASE WHEN ${text} NOT IN (${MARKS_LIST}) THEN ${text} END`;

/** DOUBLE; NULL where there is none. */
export function numberByForm(text: string, form: NumberForm): string {
  const digits = `regexp_replace(${text}, ${literal(fillingOf(form))}, '', 'g')`;
  const number = `TRY_CAST(${form.decimal === ',' ? `replace(${digits}, ',', '.')` : digits} AS DOUBLE)`;
  return form.unit === '%' ? `${number} / 100` : number;
}

/** TIMESTAMPTZ; NULL where there is no such day. */
export function timeByForm(text: string, { order, separator }: DateForm): string {
  const names = { d: '%d', m: '%m', y: '%Y' };
  const date = [...order].map((part) => names[part as keyof typeof names]).join(separator);
  const times = ['', ' %H:%M', ' %H:%M:%S', 'T%H:%M', 'T%H:%M:%S'];
  return `try_strptime(${text}, [${times.map((time) => literal(date + time)).join(', ')}])::TIMESTAMPTZ`;
}

/** BOOLEAN: whether a cell that holds more than a mark for nothing is of that form. */
export function isOfForm(text: string, form: CellForm): string {
  const isValue =
    form.kind === 'number'
      ? `isfinite(${numberByForm(text, form)})`
      : `${timeByForm(text, form)} IS NOT NULL`;
  return `(regexp_full_match(${text}, ${literal(patternOf(form))}) AND ${isValue})`;
}
