import type { ColumnType } from '#tabular';
import { BOOLEAN, DATETIME, MISSING, NUMBER } from './cell.ts';

/**
 * The type of a column whose cells were of these kinds (bits of `cell.ts`). A column without a single value is
 * a number column, as in pandas.
 */
export function typeOfKinds(kinds: number): ColumnType {
  switch (kinds & ~MISSING) {
    case 0:
    case NUMBER:
      return 'number';
    case BOOLEAN:
      return 'boolean';
    case DATETIME:
      return 'datetime';
    default:
      return 'string';
  }
}
