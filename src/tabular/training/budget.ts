import { secondsSince } from './seconds-since.ts';

/** The time that a heavy run may take, from its beginning to its model. */
export interface Budget {
  readonly seconds: number;
  /** Seconds; below 0 when it is used up. */
  left(): number;
}

/** @param begunAt when the run began, by `performance.now()` */
export function createBudget(seconds: number, begunAt: number): Budget {
  return { seconds, left: () => seconds - secondsSince(begunAt) };
}
