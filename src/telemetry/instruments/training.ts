import type { Mode, Task } from '../../vocabulary/modes.ts';
import type { RetryReason, TrainingErrorType } from '../../vocabulary/runs.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type TrainingInstruments = ReturnType<typeof trainingInstruments>;

interface Run {
  readonly mode: Mode;
  readonly task: Task;
}

/** How much this process can do at a time; of a process that is gone there is nothing, so the sum is what is there. */
export function registerTrainingSlots(slots: number, prefix: string): void {
  const meter = catalogueMeter(prefix);
  const gauge = meter.observableGauge('trainingSlots');
  meter.observe([gauge], (result) => result.observe(gauge, slots));
}

export function trainingInstruments(prefix: string) {
  const meter = catalogueMeter(prefix);
  const runs = meter.counter('trainingRuns');
  const failures = meter.counter('trainingFailures');
  const retries = meter.counter('trainingRetries');
  const duration = meter.histogram('trainingDuration');
  const queueWait = meter.histogram('trainingQueueWait');
  const runsRemoved = meter.counter('trainingRunsRemoved');
  const activeRuns = meter.upDownCounter('trainingRunsActive');

  return {
    /** The first attempt of a run began, `waitSeconds` after it was queued. */
    started({ mode, task, waitSeconds }: Run & { waitSeconds: number }): void {
      runs(1, { mode, task, outcome: 'started' });
      queueWait(waitSeconds, { mode });
    },

    /** A run's model is stored, `seconds` after the run started. */
    succeeded({ mode, task, seconds }: { mode: Mode; task: Task; seconds: number }): void {
      runs(1, { mode, task, outcome: 'success' });
      duration(seconds, { mode, task });
    },

    /** A run ended in failure for good. */
    failed({ mode, task, errorType }: Run & { errorType: TrainingErrorType }): void {
      runs(1, { mode, task, outcome: 'failure' });
      failures(1, { mode, error_type: errorType });
    },

    cancelled({ mode, task }: Run): void {
      runs(1, { mode, task, outcome: 'cancelled' });
    },

    /** An attempt ended early and the run will be tried again. */
    retried({ mode, reason }: { mode: Mode; reason: RetryReason }): void {
      retries(1, { mode, reason });
    },

    /** So many ended runs were removed, their retention being over. */
    removed(count: number): void {
      runsRemoved(count, {});
    },

    /**
     * This process trains a run from now on.
     * @returns ends it; calling it again does nothing. Also disposable: `using _ = training.active(mode)`
     */
    active(mode: Mode): (() => void) & Disposable {
      activeRuns(1, { mode });
      let ended = false;
      const end = () => {
        if (!ended) activeRuns(-1, { mode });
        ended = true;
      };
      return Object.assign(end, { [Symbol.dispose]: end });
    },
  };
}
