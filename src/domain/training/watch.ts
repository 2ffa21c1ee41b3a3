import { EventEmitter } from 'node:events';
import type { Database } from '../../adapters/db/database.ts';
import { RUN_CHANNEL } from './repository.ts';

const ALL = Symbol('all');

/** Wakes whoever watches a run, in whatever process it changed. A wake-up says "look again", nothing more. */
export interface RunWatch extends AsyncDisposable {
  /** Calls `onChange` after every change of the run (and after a reconnection, when changes may have been missed). */
  watch(runId: string, onChange: () => void): Disposable;
}

export async function openRunWatch(db: Database): Promise<RunWatch> {
  const changes = new EventEmitter().setMaxListeners(0);
  const listener = await db.listen(RUN_CHANNEL, (runId) => changes.emit(runId === '' ? ALL : runId));
  return {
    watch(runId, onChange) {
      changes.on(runId, onChange).on(ALL, onChange);
      return {
        [Symbol.dispose]() {
          changes.off(runId, onChange).off(ALL, onChange);
        },
      };
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}
