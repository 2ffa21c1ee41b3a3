import type { IncomingMessage } from 'node:http';
import type { TextMapPropagator } from '@opentelemetry/api';
import { within } from '../within.ts';
import type { BoundMetrics } from './bound/bound-metrics.ts';
import type { OnSample } from './exposition/each-sample.ts';
import type { Format } from './exposition/negotiation.ts';

/** Of a request, all that its trace is made of. */
export type Traceable = Pick<IncomingMessage, 'headers'>;

export interface Scrape {
  /** What was collected, written in one of the formats. */
  readonly write: (format: Format) => Uint8Array<ArrayBuffer>;
  /** Why something is missing from it, for each callback that failed; they are counted. */
  readonly failures: readonly unknown[];
}

/**
 * What the rest of the service may ask of the telemetry that `register.ts` started, without importing any of it:
 * when telemetry is off, nothing of the OpenTelemetry SDK is loaded and `runningTelemetry()` is undefined.
 */
export interface RunningTelemetry {
  /** Collects every metric once. */
  readonly scrape: () => Promise<Scrape>;
  /** The same, sample by sample. */
  readonly sample: () => Promise<(onSample: OnSample) => void>;
  /** See `inRequestTrace`. */
  readonly handle: <T>(request: Traceable, work: () => T) => T;
  /** See the function of this name. */
  readonly untraced: <T>(work: () => T) => T;
  /** Carries traces from one of our processes to another. */
  readonly carrier: TextMapPropagator;
  readonly shutdown: () => Promise<void>;
}

let bound: BoundMetrics | undefined;

/** Called once, before any instrument is made. */
export function boundMetricsCollected(metrics: BoundMetrics | undefined): void {
  bound = metrics;
}

/** Where the domain's instruments record; undefined: nobody collects. */
export const boundMetrics = (): BoundMetrics | undefined => bound;

// A dead collector must not hold up the end of the process.
const SHUTDOWN_LIMIT_MS = 2000;

let running: RunningTelemetry | undefined;

/** Called once, by `register.ts`. */
export function telemetryStarted(telemetry: RunningTelemetry): void {
  running = telemetry;
}

export function runningTelemetry(): RunningTelemetry | undefined {
  return running;
}

/** Runs what handles a request, so that all that it does belongs to the request's trace. */
export function inRequestTrace<T>(request: Traceable, work: () => T): T {
  return running === undefined ? work() : running.handle(request, work);
}

/** Runs what answers what is no request, so that its answer and its line have a trace in common. */
export function inTraceOfItsOwn<T>(work: () => T): T {
  return inRequestTrace({ headers: {} }, work);
}

/** Runs what makes no spans, though it belongs to a trace: what is done again and again. */
export function untraced<T>(work: () => T): T {
  return running === undefined ? work() : running.untraced(work);
}

/**
 * Flushes and stops telemetry within 2 s, whatever the exporters do; never rejects. Nothing to do when it is off.
 * @returns false: exporters are still at it, and keep the process from ending by itself
 */
export async function shutdownTelemetry(): Promise<boolean> {
  const stopping = running?.shutdown();
  running = undefined;
  if (stopping === undefined) return true;
  // The exporters reported what failed through OpenTelemetry's own diagnostics; the process is ending anyway.
  return await within(stopping, SHUTDOWN_LIMIT_MS).then(
    () => true,
    () => false,
  );
}
