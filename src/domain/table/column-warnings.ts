import { isNamedLikeIdentifier } from '#tabular';
import type { ColumnProfile, NearlyNumbers, TableProfile } from '../../vocabulary/tables.ts';
import type { DatasetWarning } from '../../vocabulary/warnings.ts';
import { excerpt } from './excerpt.ts';

/** Of the rows: with more missing, a column says little. */
const MOSTLY = 0.5;
/** Of the values that are there, which are estimated in a large table. */
const NEARLY_ALL = 0.9;
/** Among fewer, distinct values may be chance. */
const MIN_ROWS = 20;

/** What a column's own figures give away; at most one of them. */
export function columnWarnings({ rows, columns, nearlyNumbers }: TableProfile): DatasetWarning[] {
  return columns.flatMap((column): DatasetWarning[] => {
    const found = oddityOf(column, rows, nearlyNumbers?.get(column.name));
    return found ? [{ code: found[0], column: column.name, message: found[1] }] : [];
  });
}

function oddityOf(
  column: ColumnProfile,
  rows: number,
  nearlyNumbers: NearlyNumbers | undefined,
): readonly [DatasetWarning['code'], message: string] | undefined {
  const { missing, distinct } = column;
  const name = excerpt(column.name);
  if (column.ambiguous)
    return [
      'ambiguous_form',
      `Column ${name} is read as ${column.reads_as}, but each of its values could be read in another way too.`,
    ];
  if (distinct === 0) return ['mostly_empty', `Column ${name} has no value at all.`];
  if (missing > rows * MOSTLY)
    return ['mostly_empty', `Column ${name} has a value in only ${rows - missing} of ${rows} rows.`];
  // One value with gaps is no constant: it still tells present from missing.
  if (distinct === 1 && missing === 0) return ['constant', `Column ${name} has the same value in every row.`];
  if (nearlyNumbers) return ['looks_like_number', sentenceOf(name, nearlyNumbers)];
  if (mayIdentify(column, rows))
    return [
      'identifier',
      `Nearly every row has a value of its own in column ${name}: it tells rows apart, but says nothing of new ones.`,
    ];
  return undefined;
}

function sentenceOf(name: string, { cells, numbers, other }: NearlyNumbers): string {
  const text = `Column ${name} is taken for text`;
  return other === undefined
    ? `${text}, though its values look like numbers: not all of them can be read in one form.`
    : `${text}, though ${numbers} of ${cells} values that were looked at look like numbers: ${excerpt(other)} does not. Leave such cells empty, or name them in the option na_values.`;
}

function mayIdentify({ name, type, missing, distinct, min, max }: ColumnProfile, rows: number): boolean {
  const present = rows - missing;
  if (present < MIN_ROWS || distinct < present * NEARLY_ALL) return false;
  if (type === 'string') return true;
  if (type !== 'number' || !Number.isInteger(min) || !Number.isInteger(max)) return false;
  const isCounted = missing === 0 && distinct === (max as number) - (min as number) + 1;
  return isCounted || isNamedLikeIdentifier(name);
}
