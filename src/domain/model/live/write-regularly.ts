import type { Logger } from '../../../telemetry/log/events.ts';
import { untraced } from '../../../telemetry/running.ts';

/** What a killed process loses of what predictions told, at most. */
const INTERVAL_MS = 10_000;

/** Flushes every few seconds, and once more at the end: predictions themselves never wait for a write. */
export function writeRegularly(flush: () => Promise<void>, logger: Logger): AsyncDisposable {
  const write = () =>
    untraced(flush).catch((error: unknown) => {
      logger.warn({ err: error }, 'predictions could not be noted, trying again');
    });
  const timer = setInterval(write, INTERVAL_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await write();
    },
  };
}
