import {
  type Context,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import { runningTelemetry } from './running.ts';

/**
 * The trace that a piece of work belongs to, kept with it while it waits. Always as the W3C has it, and nothing but the
 * trace: what clients are believed in (`OTEL_PROPAGATORS`), and what baggage they send, is no affair of our own processes.
 */
export type CarriedTrace = Record<string, string>;

/** That of the work under way. */
export function carryTrace(): CarriedTrace {
  const carried: CarriedTrace = {};
  runningTelemetry()?.carrier.inject(context.active(), carried, defaultTextMapSetter);
  return carried;
}

/** For work that goes on with it. */
export const carriedContext = (carried: Readonly<Record<string, unknown>>): Context =>
  runningTelemetry()?.carrier.extract(ROOT_CONTEXT, carried, defaultTextMapGetter) ?? ROOT_CONTEXT;
