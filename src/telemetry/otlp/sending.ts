import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { SpanProtocol } from '../otel-environment.ts';

/** Of spans, by the protocol that takes them. */
export const FORMATS = {
  'http/protobuf': { serializer: ProtobufTraceSerializer, contentType: 'application/x-protobuf' },
  'http/json': { serializer: JsonTraceSerializer, contentType: 'application/json' },
} as const satisfies Record<SpanProtocol, object>;

/** What the thread that sends is told when it starts. */
export interface SenderData {
  readonly protocol: SpanProtocol;
}

/** A batch, as it goes over the wire. */
export interface Batch {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How it went with a batch. */
export interface Sent {
  readonly id: number;
  /** Undefined: it arrived. */
  readonly error: Error | undefined;
}
