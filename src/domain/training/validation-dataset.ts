import { AppError } from '../../errors.ts';
import type { Task } from '../../vocabulary/modes.ts';
import type { ColumnProfile } from '../../vocabulary/tables.ts';
import { type Dataset, fileTypeOf } from '../dataset/repository.ts';
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
  const isParquet = validation.format === 'parquet';
  const hasNaValues = fileTypeOf(trained).layout?.na_values !== undefined;
  for (const column of trained.profile.columns) {
    const { name, type } = column;
    const other = own.get(name)!;
    const isLabels = name === target && task === 'classification';
    if (isLabels || (isParquet ? fitsAsDeclared(column, other) : fits(column, other, hasNaValues))) continue;
    throw refused(`column ${excerpt(name)} is ${other.type} in it and ${type} in the training dataset`);
  }
}

/** Whether its cells may be such: those that mean no value are not known to it, and a form is tried when they are read. */
function fits({ type, form }: ColumnProfile, other: ColumnProfile, hasNaValues: boolean): boolean {
  if (type === 'string' || other.type === type || other.distinct === 0) return true;
  if (other.type === 'string') return form !== undefined || hasNaValues;
  return type === 'boolean' && other.type === 'number';
}

/** The same of Parquet, whose values are what they are said to be: as `columnReading` takes them. */
function fitsAsDeclared({ type }: ColumnProfile, other: ColumnProfile): boolean {
  if (other.type === 'datetime') return type !== 'number';
  return other.type !== 'boolean' || type !== 'datetime';
}

const refused = (why: string) =>
  new AppError('unusable_data', `The validation dataset can't be used: ${why}.`);
