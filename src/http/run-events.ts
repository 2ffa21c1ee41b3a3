import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { hasEnded, type TrainingRun } from '../domain/training/repository.ts';
import type { RunWatch } from '../domain/training/watch.ts';
import { AppError } from '../errors.ts';
import type { ThinLog } from '../telemetry/log/thin-log.ts';
import { untraced } from '../telemetry/running.ts';

/** Proxies close connections that stay silent. */
const HEARTBEAT_MS = 15_000;

interface RunEventsOptions {
  readonly id: string;
  readonly watch: RunWatch;
  readonly closing: AbortSignal;
  readonly read: () => Promise<TrainingRun>;
  readonly view: (run: TrainingRun) => object;
  readonly log: ThinLog;
}

/**
 * The run as it is now, then every change of its status or progress, until it has ended or the client is gone. A run
 * that can't be read any more ends the stream: a client that asks again is told why.
 */
export function runEvents(c: Context, { id, watch, closing, read, view, log }: RunEventsOptions): Response {
  return streamSSE(c, async (stream) => {
    let wake = Promise.withResolvers<void>();
    const signal = () => wake.resolve();
    using _watching = watch.watch(id, signal);
    stream.onAbort(signal);
    closing.addEventListener('abort', signal);
    const heartbeat = setInterval(() => {
      stream.write(': still here\n\n').catch(() => {});
    }, HEARTBEAT_MS);
    try {
      let status = '';
      let progress = '';
      while (!stream.aborted && !closing.aborted) {
        const run = await untraced(read);
        const state = JSON.stringify([run.progress, run.progress_details]);
        // Progress first: the last event is the final status.
        if (state !== progress) {
          const data = { id, status: run.status, progress: run.progress, ...run.progress_details };
          await stream.writeSSE({ event: 'progress', data: JSON.stringify(data) });
        }
        if (run.status !== status) {
          await stream.writeSSE({ event: 'status', data: JSON.stringify(view(run)) });
        }
        status = run.status;
        progress = state;
        if (hasEnded(run.status)) return;
        await wake.promise;
        wake = Promise.withResolvers();
      }
    } catch (error) {
      if (!(error instanceof AppError))
        log('events', 'error', { err: error, run: id }, 'event stream failed');
    } finally {
      clearInterval(heartbeat);
      closing.removeEventListener('abort', signal);
    }
  });
}
