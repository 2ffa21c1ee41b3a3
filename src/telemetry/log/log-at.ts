import type { EventOf, Facts, Level, Logger } from './events.ts';

/** Writes a line whose level is only found when it is written. */
export function logAt<L extends Level, Event extends EventOf<L>>(
  logger: Logger,
  level: L,
  facts: Facts<Event>,
  event: Event,
): void {
  // Checked above: of several levels, no one method can be called.
  const methods = logger as unknown as Readonly<Record<Level, (facts: object, event: string) => void>>;
  methods[level](facts, event);
}
