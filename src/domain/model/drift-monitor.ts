import {
  addCounts,
  assessDrift,
  type DriftSubject,
  type InputCounts,
  type InputDrift,
  subjectOf,
} from '#tabular';
import type { Mode, Task } from '../../vocabulary/modes.ts';

/** A window is full, and the one before it forgotten, when it has so many rows. */
const WINDOW_ROWS = 5000;
/** A model that nobody called for so long is not in use. */
const IN_USE_MS = 60 * 60 * 1000;
/** Models watched at a time; the one not called for longest leaves. */
const MAX_MODELS = 64;
/** What every answer is told of its model's drift may be older by so many rows. */
const TOLD_ROWS = 500;

/** What a call of a model, or several in one, came to. */
export interface Observation {
  readonly mode: Mode;
  readonly task: Task;
  readonly model: DriftSubject;
  /** By the counter of this model's reference; added up, not kept. */
  readonly counts: InputCounts;
}

/** A model in use, and how far its inputs of late have drifted. */
export interface ModelDrift extends InputDrift {
  readonly artifactId: string;
  readonly mode: Mode;
  readonly task: Task;
  /** Of the windows that the figures are of. */
  readonly rows: number;
  /** When the first of these rows came. */
  readonly since: Date;
}

/**
 * Watches the inputs of the models that this process is called for, in memory, for its gauges and to warn whoever calls:
 * neither may wait for the database. Watching a call only adds counts up; figures are worked out when somebody asks, of
 * the last full window and the one being filled.
 */
export interface DriftMonitor {
  /** To be asked for before the model is looked up, and disposed of when the call has ended. */
  begin(artifactId: string): WatchedCall;
  inUse(): readonly ModelDrift[];
  /** The model is gone: calls that have begun count for nothing either. */
  forget(artifactId: string): void;
}

export interface WatchedCall extends Disposable {
  /** @returns how far the model has drifted, by figures that are seldom worked out; undefined where it is not watched */
  observe(observation: Observation): ModelDrift | undefined;
}

interface Window extends InputCounts {
  readonly since: number;
}

interface Watched {
  readonly artifactId: string;
  readonly mode: Mode;
  readonly task: Task;
  readonly model: DriftSubject;
  lastCall: number;
  previous: Window | undefined;
  current: Window;
  drift: ModelDrift | undefined;
  /** That came since. */
  newRows: number;
}

interface MonitorDeps {
  /** Told of every call whose model is still there. */
  readonly onSeen?: (artifactId: string, counts: InputCounts) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function createDriftMonitor({ onSeen, now = Date.now }: MonitorDeps = {}): DriftMonitor {
  // In the order of their last call, so that those to forget stand first.
  const models = new Map<string, Watched>();
  const underWay = new Set<{ readonly artifactId: string; isGone: boolean }>();

  const forgetUnused = () => {
    for (const [id, { lastCall }] of models) {
      if (models.size <= MAX_MODELS && now() - lastCall < IN_USE_MS) return;
      models.delete(id);
    }
  };

  const observe = (artifactId: string, { mode, task, model, counts }: Observation) => {
    const time = now();
    const watched = models.get(artifactId) ?? {
      artifactId,
      mode,
      task,
      model: subjectOf(model),
      lastCall: time,
      previous: undefined,
      current: emptyWindow(counts.bins.length, time),
      drift: undefined,
      newRows: 0,
    };
    watched.lastCall = time;
    watched.newRows += counts.rows;
    addCounts(counts, watched.current);
    onSeen?.(artifactId, counts);
    if (watched.current.rows >= WINDOW_ROWS) {
      watched.previous = watched.current;
      watched.current = emptyWindow(counts.bins.length, time);
    }
    models.delete(artifactId);
    models.set(artifactId, watched);
    forgetUnused();
    return driftOnceIn(watched, TOLD_ROWS);
  };

  return {
    begin(artifactId) {
      const call = { artifactId, isGone: false };
      underWay.add(call);
      return {
        observe(observation) {
          return call.isGone ? undefined : observe(artifactId, observation);
        },
        [Symbol.dispose]: () => void underWay.delete(call),
      };
    },

    inUse() {
      forgetUnused();
      return Array.from(models.values(), driftNow);
    },

    forget(artifactId) {
      models.delete(artifactId);
      for (const call of underWay) if (call.artifactId === artifactId) call.isGone = true;
    },
  };
}

/** Worked out anew when so many rows have come since. */
function driftOnceIn(watched: Watched, rows: number): ModelDrift {
  if (watched.drift === undefined || watched.newRows >= rows) {
    watched.drift = assess(watched);
    watched.newRows = 0;
  }
  return watched.drift;
}

const driftNow = (watched: Watched): ModelDrift => driftOnceIn(watched, 1);

function assess({ artifactId, mode, task, model, previous, current }: Watched): ModelDrift {
  const seen = emptyWindow(current.bins.length, (previous ?? current).since);
  if (previous) addCounts(previous, seen);
  addCounts(current, seen);
  return {
    artifactId,
    mode,
    task,
    rows: seen.rows,
    since: new Date(seen.since),
    ...assessDrift(model, seen),
  };
}

function emptyWindow(bins: number, since: number): Window {
  return { rows: 0, bins: new Uint32Array(bins), since };
}
