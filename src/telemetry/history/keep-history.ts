import { type RunningTelemetry, untraced } from '../running.ts';
import { createHistory, type Recorded } from './history.ts';

/** As often as Prometheus scrapes. */
export const HISTORY_INTERVAL_MS = 15_000;
const HISTORY_MS = 3_600_000;
/** At most 10 MB. The service has about a thousand, most of them buckets. */
const MAX_SERIES = 5000;

/** The last hour of what this process exports, for those who have no Prometheus at hand. */
export interface KeptHistory extends Disposable {
  /** As `History.read`. */
  read(metrics: ReadonlySet<string>, since?: number): Promise<Recorded>;
}

/** Samples every 15 s from now on, in memory alone, also when nobody asks: whoever does wants the hour before. */
export function keepHistory(telemetry: Pick<RunningTelemetry, 'sample'>): KeptHistory {
  const history = createHistory(HISTORY_MS / HISTORY_INTERVAL_MS, MAX_SERIES);
  let newest = Number.NEGATIVE_INFINITY;
  const sample = async () => {
    const eachSample = await untraced(telemetry.sample);
    newest = Date.now();
    history.add(newest, eachSample);
  };
  const timer = setInterval(() => {
    // What fails leaves a gap; whoever scrapes over HTTP is told why.
    sample().catch(() => {});
  }, HISTORY_INTERVAL_MS);
  timer.unref();
  return {
    async read(metrics, since) {
      // Nobody has to wait for the first one.
      if (Date.now() - newest > HISTORY_INTERVAL_MS) await sample();
      return history.read(metrics, since);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
