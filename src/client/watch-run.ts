import type { Operations } from './generated/sdk.gen.ts';
import type { TrainingRun, TrainingRunEvent } from './generated/types.gen.ts';
import { pause } from './pause.ts';
import { ApiProblem, ConnectionError } from './problem.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export interface WatchOptions {
  readonly signal?: AbortSignal;
  /** For how long a service that is not there is asked again; it may be restarting. */
  readonly patienceSeconds?: number;
}

/** Whether an event is the run as a whole, and not only how far it is. */
export const isRun = (event: TrainingRunEvent): event is TrainingRun => 'dataset_id' in event;

export const hasEnded = ({ status }: Pick<TrainingRun, 'status'>): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled';

/** What one connection tells; it ends with the connection, however that ends. */
async function* streamed(
  api: Operations,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrainingRunEvent> {
  // The generated stream lets go of a connection that nobody reads any more, but does not close it.
  const leaving = new AbortController();
  const until = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
  try {
    const { stream } = await api.watchTrainingRun({ id }, { signal: until, sseMaxRetryAttempts: 1 });
    yield* stream;
  } finally {
    leaving.abort();
  }
}

/**
 * A run as it changes, until it has ended: the last event is the run in its final state. Where no event stream comes
 * through, as behind a proxy that holds back what it should pass on, the run is asked for again and again.
 * @throws {ApiProblem} as for a run that does not exist
 * @throws {ConnectionError} when the service stays away
 */
export async function* watchRun(
  api: Operations,
  id: string,
  { signal, patienceSeconds = 60 }: WatchOptions = {},
): AsyncGenerator<TrainingRunEvent, void, undefined> {
  let wait = FIRST_PAUSE_MS;
  let heardAt = Date.now();
  for (;;) {
    for await (const event of streamed(api, id, signal)) {
      wait = FIRST_PAUSE_MS;
      heardAt = Date.now();
      yield event;
      if (isRun(event) && hasEnded(event)) return;
    }
    signal?.throwIfAborted();
    try {
      const run = await api.getTrainingRun({ id }, signal && { signal });
      heardAt = Date.now();
      yield run;
      if (hasEnded(run)) return;
    } catch (error) {
      const mayPass = error instanceof ConnectionError || (error instanceof ApiProblem && error.isPassing);
      if (!mayPass || Date.now() - heardAt > patienceSeconds * 1000) throw error;
    }
    await pause(wait, signal);
    wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
  }
}
