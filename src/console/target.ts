import type { DatasetWithProfile, TrainingRun } from '../client/index.ts';

/**
 * What the service would choose by itself (docs/models.md), shown before it is asked; what is asked for then names both
 * outright.
 */
export type ColumnProfile = DatasetWithProfile['profile'][number];
type Task = TrainingRun['task'];

const DEFAULT_TARGETS = ['target', 'label', 'y'];
const MAX_CLASS_VALUES = 20;
const FEW_CLASSES = 5;

/** The column that is the target by its name. */
export const defaultTarget = (profile: readonly ColumnProfile[]): ColumnProfile | undefined =>
  DEFAULT_TARGETS.map((wanted) => profile.find(({ name }) => name === wanted)).find(Boolean);

/** Whether it has something to tell apart, and at least two rows a class. */
export const couldBeTarget = ({ type, distinct, missing }: ColumnProfile, rows: number): boolean =>
  distinct >= 2 && (type === 'number' || distinct <= (rows - missing) / 2);

export interface TaskChoice {
  readonly task: Task;
  readonly why: 'whyRegression' | 'whyFew' | 'whyNumbers';
}

export function taskOf({ type, distinct }: ColumnProfile): TaskChoice {
  if (type === 'number' && distinct > MAX_CLASS_VALUES) return { task: 'regression', why: 'whyRegression' };
  const isGuess = type === 'number' && distinct > FEW_CLASSES;
  return { task: 'classification', why: isGuess ? 'whyNumbers' : 'whyFew' };
}
