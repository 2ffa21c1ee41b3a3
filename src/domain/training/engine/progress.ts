import type { Task } from '../../modes.ts';
import type { SearchProgress } from './search/select-model.ts';
import type { TrainHooks, TrainProgress } from './types.ts';

export interface Reporter {
  stage(stage: TrainProgress['stage'], fraction: number): void;
  trial(progress: SearchProgress, task: Task): void;
}

/** The search takes the run from `from` to `to`. */
const SEARCH = { from: 0.05, to: 0.6 };

/** Turns the engine's events into progress that never falls, with an estimate of the time left. */
export function createReporter(hooks: TrainHooks): Reporter {
  const started = performance.now();
  let reached = 0;
  let found: Partial<TrainProgress> = {};
  const report = (stage: TrainProgress['stage'], fraction: number) => {
    reached = Math.max(reached, fraction);
    const elapsed = (performance.now() - started) / 1000;
    const estimate = reached > SEARCH.from && { remaining_seconds: (elapsed * (1 - reached)) / reached };
    hooks.onProgress({ stage, fraction: reached, ...found, ...estimate });
  };
  return {
    stage: report,
    trial({ trial, trials, bestLoss }, task) {
      found = { trial, trials, best_score: task === 'regression' ? 1 - bestLoss : -bestLoss };
      report('search', SEARCH.from + ((SEARCH.to - SEARCH.from) * trial) / trials);
    },
  };
}
