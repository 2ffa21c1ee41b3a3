import { assessDrift, type Distribution, type DriftSubject, distributionOf, type InputDrift } from '#tabular';
import { type DriftWindow, WINDOW_MS } from '../../../vocabulary/windows.ts';
import type { InputHistory } from './input-history.ts';

/** Columns that are told with their distributions: an answer must stay one that people can look at. */
const MAX_DISTRIBUTIONS = 100;

export interface WindowDrift extends InputDrift {
  readonly window: DriftWindow;
  readonly rows: number;
  readonly since: Date | null;
  /** Of the columns that moved furthest, in their order. */
  readonly distributions: readonly Distribution[];
}

/**
 * How far what a model was asked about within a window has moved away from its training data, and to what.
 * @throws {AppError} `not_found`, `gone`
 */
export type DriftInWindow = (owner: string, artifactId: string, window: DriftWindow) => Promise<WindowDrift>;

interface DriftDeps {
  readonly history: InputHistory;
  /** @throws {AppError} `not_found`, `gone` */
  readonly subjectOf: (owner: string, artifactId: string) => Promise<DriftSubject>;
}

export function createDriftInWindow({ history, subjectOf }: DriftDeps): DriftInWindow {
  return async (owner, artifactId, window) => {
    const subject = await subjectOf(owner, artifactId);
    const seen = await history.since(artifactId, new Date(Date.now() - WINDOW_MS[window]));
    const drift = assessDrift(subject, seen);
    const distributions = drift.columns
      .slice(0, MAX_DISTRIBUTIONS)
      .map(({ name }) => distributionOf(subject, seen, name));
    return { ...drift, window, rows: seen.rows, since: seen.since, distributions };
  };
}
