import type { Task } from '../../vocabulary/modes.ts';

/** Which of two values of a figure is the better one. */
export type Direction = 'higher' | 'lower';

/** The figures that runs of a task are compared by, as docs/models.md explains them. */
export const FIGURES: Readonly<Record<Task, Readonly<Record<string, Direction>>>> = {
  classification: {
    accuracy: 'higher',
    precision: 'higher',
    recall: 'higher',
    f1: 'higher',
    roc_auc: 'higher',
    log_loss: 'lower',
  },
  regression: {
    r2: 'higher',
    mse: 'lower',
    rmse: 'lower',
    mae: 'lower',
    median_absolute_error: 'lower',
  },
};

/** Of a run's metrics; null where it has no such number. */
export function figureOf(metrics: object | null, name: string): number | null {
  const value: unknown = (metrics as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof value === 'number' ? value : null;
}

export function bestOf(values: readonly (number | null)[], direction: Direction): number | null {
  const there = values.filter((value) => value !== null);
  if (there.length === 0) return null;
  return direction === 'higher' ? Math.max(...there) : Math.min(...there);
}
