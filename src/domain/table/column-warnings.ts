import { isNamedLikeIdentifier } from '#tabular';
import type { ColumnProfile, TableProfile } from '../../vocabulary/tables.ts';
import type { DatasetWarning } from '../../vocabulary/warnings.ts';
import { excerpt } from './excerpt.ts';

/** Of the rows: with more missing, a column says little. */
const MOSTLY = 0.5;
/** Of the values that are there, which are estimated in a large table. */
const NEARLY_ALL = 0.9;
/** Among fewer, distinct values may be chance. */
const MIN_ROWS = 20;

/** A number as people and spreadsheets write it; of whole ones beyond 15 digits, an identifier is more likely. */
const NUMBER =
  /^[-+(]?\s*[$€£¥]?\s*[-+]?(0|[1-9]\d{0,14}|[1-9]\d{0,2}([ ,.'’\u00a0]\d{3})+)([.,]\d+)?\s*[%$€£¥]?\)?$/;
/** What stands in a table of numbers for one that is not known. */
const PLACEHOLDER = /^(\?+|-+|\.|\*|unknown|none|missing|not available|n\.a\.|inf|infinity)$/i;

/** What a column's own figures give away; at most one of them. */
export function columnWarnings({ rows, columns }: TableProfile): DatasetWarning[] {
  return columns.flatMap((column): DatasetWarning[] => {
    const found = oddityOf(column, rows);
    return found ? [{ code: found[0], column: column.name, message: found[1] }] : [];
  });
}

function oddityOf(
  column: ColumnProfile,
  rows: number,
): readonly [DatasetWarning['code'], message: string] | undefined {
  const { type, missing, distinct } = column;
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
  if (type === 'string' && looksLikeNumber(column))
    return [
      'looks_like_number',
      `Column ${name} is taken for text, though values such as ${excerpt(String(column.min))} and ${excerpt(String(column.max))} look like numbers: not all of its values can be read as one.`,
    ];
  if (mayIdentify(column, rows))
    return [
      'identifier',
      `Nearly every row has a value of its own in column ${name}: it tells rows apart, but says nothing of new ones.`,
    ];
  return undefined;
}

/** Its least and its greatest text do; what stands between them in the order of texts then begins like them. */
function looksLikeNumber({ min, max }: ColumnProfile): boolean {
  const ends = [String(min).trim(), String(max).trim()];
  return (
    ends.some((end) => NUMBER.test(end)) && ends.every((end) => NUMBER.test(end) || PLACEHOLDER.test(end))
  );
}

function mayIdentify({ name, type, missing, distinct, min, max }: ColumnProfile, rows: number): boolean {
  const present = rows - missing;
  if (present < MIN_ROWS || distinct < present * NEARLY_ALL) return false;
  if (type === 'string') return true;
  if (type !== 'number' || !Number.isInteger(min) || !Number.isInteger(max)) return false;
  const isCounted = missing === 0 && distinct === (max as number) - (min as number) + 1;
  return isCounted || isNamedLikeIdentifier(name);
}
