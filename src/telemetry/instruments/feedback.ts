import type { FeedbackReceipt } from '../../vocabulary/feedback.ts';
import type { Task } from '../../vocabulary/modes.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type FeedbackInstruments = ReturnType<typeof feedbackInstruments>;

export function feedbackInstruments(prefix: string) {
  const meter = catalogueMeter(prefix);
  const outcomes = meter.counter('feedbackOutcomes');
  const predictions = meter.counter('feedbackPredictions');
  const errors = meter.counter('feedbackError');
  const expectedErrors = meter.counter('feedbackExpectedError');

  return {
    /** So many outcomes came, of which this became. */
    told({ receipt, outcomes: count }: { receipt: FeedbackReceipt; outcomes: number }): void {
      outcomes(count, { receipt });
    },

    /** The outcome of a prediction is known for the first time: how far off it was, and may have been. */
    judged({ task, error, expected }: { task: Task; error: number; expected: number }): void {
      predictions(1, { task });
      errors(error, { task });
      expectedErrors(expected, { task });
    },
  };
}
