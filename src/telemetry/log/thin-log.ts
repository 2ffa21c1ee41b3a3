import type { EventOf, Facts, Level, Logger } from './events.ts';
import { logAt } from './log-at.ts';

const PERIOD_MS = 10_000;

/** Writes a line of a kind; `kind` is one of a bounded set. */
export type ThinLog = <L extends Level, Event extends EventOf<L>>(
  kind: string,
  level: L,
  facts: Facts<Event>,
  event: Event,
) => void;

/**
 * A log for what may happen thousands of times a second: of each kind the first line at once, and then at most one a
 * period, the latest, which counts the `repeats` it stands for.
 */
export function thinLog(logger: Logger, periodMs = PERIOD_MS): ThinLog {
  const held = new Map<string, { repeats: number; write: (repeats: number) => void }>();
  const endPeriod = (kind: string) => {
    const { repeats = 0, write } = held.get(kind) ?? {};
    held.delete(kind);
    if (repeats === 0) return;
    write?.(repeats);
    beginPeriod(kind);
  };
  const beginPeriod = (kind: string) => {
    held.set(kind, { repeats: 0, write: () => undefined });
    setTimeout(endPeriod, periodMs, kind).unref();
  };

  return (kind, level, facts, event) => {
    const known = held.get(kind);
    if (known) {
      known.repeats++;
      known.write = (repeats) => logAt(logger, level, { ...facts, repeats }, event);
    } else {
      logAt(logger, level, facts, event);
      beginPeriod(kind);
    }
  };
}
