import type { TrainParams } from '#tabular';
import { AppError } from '../../errors.ts';
import type { ColumnProfile, TableProfile } from '../../vocabulary/tables.ts';
import { excerpt } from '../table/excerpt.ts';
import { noSuchColumn } from './target.ts';

/** As the engine has it: one to learn from and one to try, after one was held out. */
const MIN_PARTS = 3;

/**
 * What can be said of a split before the table is read; the engine looks at the rows.
 * @throws {AppError} `unusable_data`
 */
export function checkSplit(profile: TableProfile, target: ColumnProfile, split: TrainParams['split']): void {
  if (split === undefined || split.kind === 'random') return;
  const column = profile.columns.find(({ name }) => name === split.column);
  if (!column) throw noSuchColumn(profile, split.column);
  const why = uselessness(split.kind, column, target);
  if (why)
    throw new AppError(
      'unusable_data',
      `Column ${excerpt(column.name)} can't split the rows by ${split.kind}: ${why}.`,
    );
}

function uselessness(
  kind: 'time' | 'group',
  { name, type, missing, distinct }: ColumnProfile,
  target: ColumnProfile,
): string | undefined {
  if (name === target.name) return 'it is the target';
  if (kind === 'time' && type !== 'number' && type !== 'datetime')
    return `it is ${type}, and dates or numbers are needed`;
  // Rows without a target are left out, and these may be the ones.
  if (missing > target.missing)
    return `${missing} of its values are missing, and every row must have one; leave those rows out, or fill them`;
  if (distinct < MIN_PARTS)
    return `it has ${distinct} different ${distinct === 1 ? 'value' : 'values'}, and ${MIN_PARTS} are needed`;
  return undefined;
}
