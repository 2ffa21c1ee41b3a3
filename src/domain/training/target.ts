import { AppError } from '../../errors.ts';
import { meantName } from '../../nearest-name.ts';
import type { Task } from '../../vocabulary/modes.ts';
import type { ColumnProfile, TableProfile } from '../../vocabulary/tables.ts';
import type { RunWarning } from '../../vocabulary/warnings.ts';
import { excerpt } from '../table/excerpt.ts';

const DEFAULT_TARGETS = ['target', 'label', 'y'];
/** A numeric target with more distinct values than this is measured, not named. */
const MAX_CLASS_VALUES = 20;
/** With no more than these, numbers are classes as likely as not; with more, they may be grades or counts. */
const FEW_CLASSES = 5;
const MAX_CANDIDATES = 20;

/**
 * The column that is to be predicted. None is guessed: a model of the wrong one looks like any other.
 * @throws {AppError} `unusable_data`, with the columns that could be named where none is
 */
export function chooseTarget(profile: TableProfile, wanted: string | undefined): ColumnProfile {
  const named = (name: string) => profile.columns.find((column) => column.name === name);
  if (wanted !== undefined) {
    const column = named(wanted);
    if (!column) throw noSuchColumn(profile, wanted);
    return column;
  }
  const column = DEFAULT_TARGETS.map(named).find((candidate) => candidate !== undefined);
  if (!column) throw unnamed(profile);
  return column;
}

export function noSuchColumn(profile: TableProfile, wanted: string): AppError {
  const names = profile.columns.map(({ name }) => name);
  const meant = meantName(wanted, names);
  return new AppError(
    'unusable_data',
    `The dataset has no column ${excerpt(wanted)}${meant === undefined ? '.' : `; did you mean ${excerpt(meant)}?`}`,
    meant === undefined ? {} : { candidates: [meant] },
  );
}

function unnamed(profile: TableProfile): AppError {
  // The target is the last column of most tables.
  const all = profile.columns.filter((column) => couldBeTarget(column, profile.rows)).toReversed();
  const candidates = all.slice(0, MAX_CANDIDATES).map(({ name }) => name);
  const more = all.length > candidates.length ? ` and ${all.length - candidates.length} more` : '';
  return new AppError(
    'unusable_data',
    `The dataset has no column "target", "label" or "y": name the one to predict as "target". ${
      candidates.length > 0
        ? `Candidates: ${candidates.map(excerpt).join(', ')}${more}.`
        : 'None of its columns could be it: each has a single value, or a text of its own in nearly every row.'
    }`,
    { candidates },
  );
}

/** Something to tell apart, and at least two rows a class. */
function couldBeTarget({ type, distinct, missing }: ColumnProfile, rows: number): boolean {
  return distinct >= 2 && (type === 'number' || distinct <= (rows - missing) / 2);
}

export interface ChosenTask {
  readonly task: Task;
  readonly warnings: readonly RunWarning[];
}

/** @throws {AppError} `unusable_data` where the target can't serve the task */
export function chooseTask(target: ColumnProfile, wanted: Task | undefined): ChosenTask {
  if (wanted === 'regression' && target.type !== 'number')
    throw new AppError(
      'unusable_data',
      `Regression needs a numeric target; column ${excerpt(target.name)} is ${target.type}.`,
    );
  if (wanted) return { task: wanted, warnings: [] };
  const { name, type, distinct } = target;
  if (type === 'number' && distinct > MAX_CLASS_VALUES) return { task: 'regression', warnings: [] };
  if (type !== 'number' || distinct <= FEW_CLASSES) return { task: 'classification', warnings: [] };
  const message = `Column ${excerpt(name)} holds ${distinct} different numbers, which are taken for classes. If they are measured or counted, ask for the task "regression".`;
  return { task: 'classification', warnings: [{ code: 'task_guessed', column: name, message }] };
}
