import type { Task } from '../table.ts';
import { secondsSince } from './seconds-since.ts';
import type { LeaderboardEntry, TrainHooks, TrainProgress } from './types.ts';

/** What the search tells after each trial. */
export interface SearchProgress {
  /** The trial that has just ended. */
  readonly latest: LeaderboardEntry;
  readonly trial: number;
  readonly trials: number;
  /** Loss of the best trial so far. */
  readonly bestLoss: number;
  /** Until all trials are done, at the speed so far. */
  readonly remainingSeconds: number;
  /** What comes after the search, with the best trials so far. */
  readonly secondsAfter: number;
}

export interface Reporter {
  /** @param remainingSeconds of the whole run, where known; else `fraction` says how far it is */
  stage(stage: TrainProgress['stage'], fraction: number, remainingSeconds?: number): void;
  trial(progress: SearchProgress, task: Task, remainingSeconds: number): void;
}

/** Turns the engine's events into progress that never falls; where the time left is known, time is the measure. */
export function createReporter(hooks: TrainHooks): Reporter {
  const started = performance.now();
  let reached = 0;
  let found: Partial<TrainProgress> = {};
  const report = (stage: TrainProgress['stage'], fraction: number, remaining?: number) => {
    const elapsed = secondsSince(started);
    const done = remaining === undefined ? fraction : elapsed / (elapsed + remaining);
    reached = Math.max(reached, Math.min(1, done));
    const estimate = remaining !== undefined && { remaining_seconds: remaining };
    hooks.onProgress({ stage, fraction: reached, ...found, ...estimate });
  };
  return {
    stage: report,
    trial({ latest, trial, trials, bestLoss }, task, remaining) {
      hooks.onTrial?.(latest);
      found = { trial, trials, best_score: task === 'regression' ? 1 - bestLoss : -bestLoss };
      report('search', reached, remaining);
    },
  };
}

/** Calls at most one in so many milliseconds through. */
function throttled<T extends unknown[]>(
  call: (...values: T) => void,
  milliseconds: number,
): (...values: T) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...values) => {
    const now = performance.now();
    if (now - last < milliseconds) return;
    last = now;
    call(...values);
  };
}

/** The first rounds are no measure: code is still being compiled. */
const WARM_UP_SECONDS = 2;

/** @param after seconds that follow the fit */
export function roundReporter(
  stage: 'fit' | 'refit',
  report: Reporter,
  after: number,
): (round: number, rounds: number) => void {
  const began = performance.now();
  return throttled((round, rounds) => {
    const elapsed = secondsSince(began);
    if (elapsed > WARM_UP_SECONDS) report.stage(stage, 0, elapsed * (rounds / round - 1) + after);
  }, 500);
}
