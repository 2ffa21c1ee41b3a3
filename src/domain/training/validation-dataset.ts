import { AppError } from '../../errors.ts';
import type { Task } from '../../vocabulary/modes.ts';
import type { ColumnProfile } from '../../vocabulary/tables.ts';
import type { Dataset } from '../dataset/repository.ts';
import { excerpt } from '../table/excerpt.ts';

const MAX_NAMES = 20;

/**
 * Whether a dataset can be read as the one that is trained on, as far as their profiles tell.
 * @throws {AppError} `unusable_data`
 */
export function checkValidationDataset(
  trained: Dataset,
  validation: Dataset,
  { target, task }: { readonly target: string; readonly task: Task },
): void {
  if (validation.sha256 === trained.sha256)
    throw refused('it has the very rows that the model is trained on, and would flatter it');
  const own = new Map(validation.profile.columns.map((column) => [column.name, column]));
  const missing = trained.profile.columns.filter(({ name }) => !own.has(name));
  if (missing.length > 0) {
    const names = missing.slice(0, MAX_NAMES).map(({ name }) => excerpt(name));
    const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : '';
    throw refused(`it lacks ${missing.length === 1 ? 'column' : 'columns'} ${names.join(', ')}${more}`);
  }
  for (const column of trained.profile.columns) {
    const { name, type } = column;
    const other = own.get(name)!;
    const isLabels = name === target && task === 'classification';
    if (isLabels || fits(column, other)) continue;
    throw refused(`column ${excerpt(name)} is ${other.type} in it and ${type} in the training dataset`);
  }
}

/** Whether its cells may be such; a form is tried on each of them when they are read. */
function fits({ type, form }: ColumnProfile, other: ColumnProfile): boolean {
  if (type === 'string' || other.type === type || other.distinct === 0) return true;
  return form ? other.type === 'string' : type === 'boolean' && other.type === 'number';
}

const refused = (why: string) =>
  new AppError('unusable_data', `The validation dataset can't be used: ${why}.`);
