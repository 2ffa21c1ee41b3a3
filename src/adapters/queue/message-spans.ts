import { type Attributes, context, propagation, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { describeSpan, inSpan } from '../../telemetry/span.ts';
import { HandedBack } from './handed-back.ts';

/**
 * The spans of a message by OpenTelemetry's conventions for messaging: one of the producer, one for each time that it is
 * processed.
 */

/** Travels with the message: the trace it belongs to. */
export type MessageContext = Record<string, string>;

const attributesOf = (operation: 'send' | 'process', destination: string, messageId: string): Attributes => ({
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
  send: (carried: MessageContext) => Promise<T>,
): Promise<T> {
  const options = { kind: SpanKind.PRODUCER, attributes: attributesOf('send', destination, messageId) };
  return inSpan(`send ${destination}`, options, () => {
    const carried: MessageContext = {};
    propagation.inject(context.active(), carried);
    return send(carried);
  });
}

/**
 * A child of the producer's span, which the conventions allow where messages are processed one by one, and not a trace of
 * its own with a link: so one trace tells a message from the request for it to the end of its last delivery, however many
 * there are, and all of it is sampled or nothing.
 */
export async function processing(
  destination: string,
  messageId: string,
  carried: MessageContext,
  work: () => Promise<void>,
): Promise<void> {
  const options = { kind: SpanKind.CONSUMER, attributes: attributesOf('process', destination, messageId) };
  let handedBack: HandedBack | undefined;
  const unlessHandedBack = () =>
    work().catch((error: unknown) => {
      if (!(error instanceof HandedBack)) throw error;
      describeSpan({ 'mlops.job.handed_back': true });
      handedBack = error;
    });
  await context.with(propagation.extract(ROOT_CONTEXT, carried), () =>
    inSpan(`process ${destination}`, options, unlessHandedBack),
  );
  if (handedBack) throw handedBack;
}
