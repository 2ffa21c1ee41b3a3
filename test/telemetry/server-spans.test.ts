import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { recordedSpans } from '../../src/telemetry/http-server/server-spans.ts';
import { TraceIds } from '../../src/telemetry/trace-ids.ts';

test.each([SamplingDecision.RECORD_AND_SAMPLED, SamplingDecision.NOT_RECORD])(
  'the sampler decides (here: %s) on the one trace that the request gets',
  (decision) => {
    const asked = new Set<string>();
    const sampler: Sampler = {
      shouldSample(_, traceId) {
        asked.add(traceId);
        return { decision };
      },
    };
    const ids = new TraceIds();
    const tracer = new TracerProvider({ sampler, idGenerator: ids }).getTracer('test');
    const spans = recordedSpans(() => tracer, { sampler, ids });
    for (let request = 0; request < 3; request++) {
      asked.clear();
      const span = trace.getSpan(spans.begin(new IncomingMessage(new Socket())));
      expect([...asked]).toEqual([span?.spanContext().traceId]);
      expect(span?.isRecording()).toBe(decision === SamplingDecision.RECORD_AND_SAMPLED);
    }
  },
);
