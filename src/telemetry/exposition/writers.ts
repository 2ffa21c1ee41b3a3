import type { Family } from './families.ts';
import type { Format } from './negotiation.ts';
import { writeOpenMetrics } from './openmetrics.ts';
import { writeProtobuf } from './protobuf.ts';
import { writeText } from './text.ts';

/** What writes each format of the exposition. */
export const WRITERS = {
  text: writeText,
  openmetrics: writeOpenMetrics,
  protobuf: writeProtobuf,
} as const satisfies Record<Format, (families: Iterable<Family>) => Uint8Array<ArrayBuffer>>;
