import { context, type Span, trace } from '@opentelemetry/api';
import { METER_NAME } from './catalogue.ts';
import { failSpan } from './span.ts';
import type { Stage } from './stages.ts';

/**
 * Makes spans below `parent` of what a child process told, at the times it told.
 * @param errorType why the work ended early; what was under way failed of it
 */
export function replayStages(stages: Iterable<Stage>, parent: Span, errorType: string | undefined): void {
  if (!parent.isRecording()) return;
  const tracer = trace.getTracer(METER_NAME);
  const spans = new Map<number, Span>();
  const open: Span[] = [];
  for (const { id, name, startedAt, endedAt, partOf, attributes = {} } of stages) {
    const around = (partOf !== undefined && spans.get(partOf)) || parent;
    const span = tracer.startSpan(
      name,
      { startTime: startedAt, attributes },
      trace.setSpan(context.active(), around),
    );
    spans.set(id, span);
    if (endedAt !== undefined) span.end(endedAt);
    else open.push(span);
  }
  for (const span of open) {
    if (errorType !== undefined) failSpan(span, errorType);
    span.end();
  }
}
