import type { Json } from '../../../adapters/db/schema.ts';
import type { Task } from '../../../vocabulary/modes.ts';

/** A single prediction far off must not drown all others, of whatever model. */
const MAX_ERROR = 100;

/** In a unit in which predictions of different models can be added up. */
export interface Judgement {
  readonly task: Task;
  /** What a prediction is off by: 1 for a wrong class; of numbers the absolute error, as a multiple of the mean one in training. */
  readonly error: number;
  /** What it would be off by on average, if the model were as good as on the rows that it did not see in training. */
  readonly expected: number;
}

/**
 * @param predicted the number, or the position of the class
 * @param metrics of the training
 * @returns undefined where these do not say what to expect
 */
export function judge(task: Task, predicted: number, actual: number, metrics: Json): Judgement | undefined {
  const judgement =
    task === 'classification'
      ? { task, error: Number(predicted !== actual), expected: expectedWrong(metrics) }
      : {
          task,
          error: Math.min(MAX_ERROR, Math.abs(actual - predicted) / Number(metrics['mae'])),
          expected: 1,
        };
  return Number.isFinite(judgement.error) && Number.isFinite(judgement.expected) ? judgement : undefined;
}

/** By the rule of succession, since few test rows without an error don't promise that there will be none. */
function expectedWrong(metrics: Json): number {
  const rows = Number(metrics['n_test']);
  return ((1 - Number(metrics['accuracy'])) * rows + 1) / (rows + 2);
}
