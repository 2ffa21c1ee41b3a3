import type { Task } from '../../vocabulary/modes.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type PredictionInstruments = ReturnType<typeof predictionInstruments>;

export function predictionInstruments(prefix: string) {
  const meter = catalogueMeter(prefix);
  const predictions = meter.counter('predictions');
  const duration = meter.histogram('predictionDuration');

  return {
    /** A request for `rows` predictions was answered in `seconds`, model load included. */
    made({ task, rows, seconds }: { task: Task; rows: number; seconds: number }): void {
      predictions(rows, { task });
      duration(seconds, { task });
    },
  };
}
