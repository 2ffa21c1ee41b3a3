import { isMissing } from './missing.ts';

/**
 * How all cells of a column are written where people or programs do not write numbers as JSON or times as ISO 8601.
 * A column has one form or none: two are never mixed.
 */
export type CellForm = NumberForm | DateForm;

export interface NumberForm {
  readonly kind: 'number';
  readonly decimal: '.' | ',';
  /** What stands between groups of three digits; a space also means the unbreakable ones. */
  readonly thousands: '' | ',' | '.' | ' ' | "'";
  /** `%` divides by a hundred; a sign of a currency, which stands in every cell, means nothing. */
  readonly unit: string;
}

export interface DateForm {
  readonly kind: 'datetime';
  readonly order: 'dmy' | 'mdy' | 'ymd';
  readonly separator: '.' | '/' | '-';
}

/** Cells that hold no value either, where numbers or dates are read by a form. Compared exactly. */
export const MISSING_MARKS = ['?', '-', '--', '.', '#N/A', 'n/a', 'na', 'nan', 'none'] as const;

const MARKS: ReadonlySet<string> = new Set(MISSING_MARKS);

const SPACES = '[ \u{a0}\u{202f}]';
const THOUSANDS: Readonly<Record<NumberForm['thousands'], string>> = {
  '': '',
  ',': ',',
  '.': '\\.',
  ' ': SPACES,
  "'": "['\u{2019}]",
};
const escaped = (text: string): string => text.replaceAll(/[.$^*+?()[\]{}|\\/]/g, '\\$&');

/** Digits of a whole number that a double certainly holds. */
const MAX_DIGITS = 15;
const GROUPS = MAX_DIGITS / 3 - 1;

/**
 * What a whole cell of that form matches, as a regular expression that means the same to JavaScript and to RE2. As in
 * plain numbers, `007` is a code and a number of more than 15 digits an identifier.
 */
export function patternOf(form: CellForm): string {
  if (form.kind === 'datetime') {
    const separator = escaped(form.separator);
    const parts = { d: '\\d{1,2}', m: '\\d{1,2}', y: '[1-9]\\d{3}' };
    const date = [...form.order].map((part) => parts[part as keyof typeof parts]).join(separator);
    return `${date}(?:[ T]\\d{1,2}:\\d{2}(?::\\d{2})?)?`;
  }
  const whole =
    form.thousands === ''
      ? `(?:0|[1-9]\\d{0,${MAX_DIGITS - 1}})`
      : `(?:0|[1-9]\\d{0,2}(?:${THOUSANDS[form.thousands]}\\d{3}){0,${GROUPS}})`;
  const decimals = `(?:${escaped(form.decimal)}\\d*)?`;
  const exponent = form.thousands === '' && form.unit === '' ? '(?:[eE][+-]?\\d+)?' : '';
  const number = `${whole}${decimals}${exponent}`;
  if (form.unit === '') return ` *[+-]?${number} *`;
  const unit = escaped(form.unit);
  const behind = ` *[+-]?${number}${SPACES}?${unit} *`;
  if (form.unit === '%') return behind;
  return `(?:${behind}| *[+-]?${unit}${SPACES}?[+-]?${number} *)`;
}

/** Characters of a number that mean nothing, as a character class for both kinds of regular expression. */
export const fillingOf = ({ thousands, unit }: NumberForm): string =>
  `[ \u{a0}\u{202f}${escaped(thousands)}${thousands === "'" ? '\u{2019}' : ''}${escaped(unit)}]`;

const wholeCell = (form: CellForm): RegExp => new RegExp(`^(?:${patternOf(form)})$`);

export type FormReader = (text: string) => number | undefined;

/** @returns reads a cell: a number or milliseconds since 1970; NaN for a missing value; undefined for another form */
export function formReader(form: CellForm): FormReader {
  const pattern = wholeCell(form);
  const value = form.kind === 'number' ? numberReader(form) : dateReader(form);
  return (text) =>
    isMissing(text) || MARKS.has(text) ? Number.NaN : pattern.test(text) ? value(text) : undefined;
}

function numberReader(form: NumberForm): FormReader {
  const filling = new RegExp(fillingOf(form), 'g');
  return (text) => {
    const digits = text.replaceAll(filling, '');
    const value = Number(form.decimal === ',' ? digits.replace(',', '.') : digits);
    if (!Number.isFinite(value)) return undefined;
    return form.unit === '%' ? value / 100 : value;
  };
}

function dateReader({ order }: DateForm): FormReader {
  const [day, month, year] = ['d', 'm', 'y'].map((part) => order.indexOf(part));
  return (text) => {
    const [hour = 0, minute = 0, second = 0, ...date] = numbersOf(text);
    const [d = 0, m = 0, y = 0] = [date[day!], date[month!], date[year!]];
    const time = Date.UTC(y, m - 1, d, hour, minute, second);
    const made = new Date(time);
    const isReal =
      made.getUTCMonth() === m - 1 && made.getUTCDate() === d && hour < 24 && minute < 60 && second < 60;
    return isReal ? time : undefined;
  };
}

/** Hour, minute and second, then the three numbers of the date. */
function numbersOf(text: string): number[] {
  const [a, b, c, hour = 0, minute = 0, second = 0] = text.match(/\d+/g)!.map(Number) as number[];
  return [hour, minute, second, a!, b!, c!];
}

const SEPARATOR_NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  '.': 'point',
  ' ': 'space',
  "'": 'apostrophe',
};

/** In words, such as `number (decimal comma, thousands point, %)`. */
export function describeForm(form: CellForm): string {
  if (form.kind === 'datetime') {
    const names = { d: 'dd', m: 'mm', y: 'yyyy' };
    return `date (${[...form.order].map((part) => names[part as keyof typeof names]).join(form.separator)})`;
  }
  const parts = [
    form.decimal === ',' && 'decimal comma',
    form.thousands !== '' && `thousands ${SEPARATOR_NAMES[form.thousands]}`,
    form.unit === '%' ? 'percent' : form.unit,
  ].filter((part) => part);
  return parts.length === 0 ? 'number' : `number (${parts.join(', ')})`;
}

const NUMBER_STYLES = [
  ['.', ''],
  ['.', ','],
  ['.', ' '],
  ['.', "'"],
  [',', ''],
  [',', '.'],
  [',', ' '],
] as const;
const DATE_STYLES = [
  ['dmy', '.'],
  ['dmy', '/'],
  ['dmy', '-'],
  ['mdy', '/'],
  ['mdy', '-'],
  ['ymd', '/'],
  ['ymd', '.'],
  ['ymd', '-'],
] as const;
const CURRENCY = /[$€£¥₹₩₽₺₪₫฿₦₱₴]/;

/** Forms that all of these cells, which hold a value, have; those that say least first. */
export function formsOf(cells: readonly string[]): CellForm[] {
  // Most texts are nothing of the kind: no reader is made for them.
  if (!cells.every((cell) => /\d/.test(cell))) return [];
  const [first = ''] = cells;
  const unit = first.includes('%') ? '%' : (CURRENCY.exec(first)?.[0] ?? '');
  const numbers = NUMBER_STYLES.map(
    ([decimal, thousands]): CellForm => ({ kind: 'number', decimal, thousands, unit }),
  );
  const dates = DATE_STYLES.map(([order, separator]): CellForm => ({ kind: 'datetime', order, separator }));
  return [...numbers, ...dates].filter((form) => {
    const read = formReader(form);
    return cells.every((cell) => read(cell) !== undefined);
  });
}
