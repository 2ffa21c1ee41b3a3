import { context } from '@opentelemetry/api';
import { type CarriedTrace, carriedContext, carryTrace } from '../../telemetry/carried-trace.ts';
import { describeSpan, inSpan } from '../../telemetry/span.ts';
import { HandedBack } from './handed-back.ts';

/**
 * The spans of a message by OpenTelemetry's conventions for messaging: one of the producer, one for each time that it is
 * processed.
 */

const attributesOf = <Operation extends 'send' | 'process'>(
  operation: Operation,
  destination: string,
  messageId: string,
) => ({
  'messaging.system': 'pg-boss',
  'messaging.operation.type': operation,
  'messaging.operation.name': operation,
  'messaging.destination.name': destination,
  'messaging.message.id': messageId,
});

/** @param send given what the message shall carry */
export function sending<T>(
  destination: string,
  messageId: string,
  send: (carried: CarriedTrace) => Promise<T>,
): Promise<T> {
  const attributes = attributesOf('send', destination, messageId);
  return inSpan('send {messaging.destination.name}', attributes, () => send(carryTrace()));
}

/**
 * A child of the producer's span, which the conventions allow where messages are processed one by one, and not a trace of
 * its own with a link: so one trace tells a message from the request for it to the end of its last delivery, however many
 * there are, and all of it is sampled or nothing.
 */
export async function processing(
  destination: string,
  messageId: string,
  carried: CarriedTrace,
  work: () => Promise<void>,
): Promise<void> {
  const attributes = attributesOf('process', destination, messageId);
  let handedBack: HandedBack | undefined;
  const unlessHandedBack = () =>
    work().catch((error: unknown) => {
      if (!(error instanceof HandedBack)) throw error;
      describeSpan({ 'mlops.job.handed_back': true });
      handedBack = error;
    });
  await context.with(carriedContext(carried), () =>
    inSpan('process {messaging.destination.name}', attributes, unlessHandedBack),
  );
  if (handedBack) throw handedBack;
}
