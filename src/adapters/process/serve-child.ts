import { flushCompileCache } from 'node:module';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors.ts';
import { NO_STAGES, StageRecorder, type Stages } from '../../telemetry/stages.ts';
import type { ChildMessage, ChildNews, ChildRequest } from './messages.ts';
import { forgetPeak, processUsage } from './usage.ts';

/**
 * The other side of `runChild` and `warmChildren`: waits for an input, runs `handler`, sends its result or error, and
 * waits for the next input; the parent ends the process. `report` sends progress, `stages` where the work is; both reach
 * the parent as soon as the handler awaits something.
 * @param rest called before each input is waited for: what is done now, nobody has to wait for
 */
export function serveChild<Input, Output, Progress = never>(
  handler: (input: Input, report: (progress: Progress) => void, stages: Stages) => Promise<Output> | Output,
  rest: () => void = () => {},
): void {
  // What `entry` imports is loaded by now, and the end comes by SIGKILL, at which Node would keep nothing.
  flushCompileCache();
  let recorder: StageRecorder | undefined;
  const send = (news: ChildNews<Output, Progress>) =>
    new Promise<void>((resolve) => {
      // Fails only when the parent is gone, and then so are we.
      if (process.send === undefined) resolve();
      else {
        const message: ChildMessage<Output, Progress> = {
          ...news,
          usage: processUsage(),
          stages: recorder?.take() ?? [],
        };
        process.send(message, undefined, undefined, () => resolve());
      }
    });

  // Whoever stops the service by signalling every process of it means the service, which ends its children itself.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  dieWith(Number(process.argv[2]));
  process.on('message', async ({ input, tellStages }: ChildRequest<Input>) => {
    forgetPeak();
    recorder = tellStages ? new StageRecorder(() => void send({ kind: 'stage' })) : undefined;
    void send({ kind: 'begun' });
    try {
      const report = (progress: Progress) => void send({ kind: 'progress', progress });
      const output = await handler(input, report, recorder ?? NO_STAGES);
      recorder?.end();
      await send({ kind: 'result', output });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const { name, message, stack = '' } = error;
      await send({
        kind: 'error',
        name,
        message,
        stack,
        ...(error instanceof AppError && { code: error.code }),
      });
    }
    rest();
  });
  rest();
}

const WATCH_EVERY_MS = 250;

/**
 * `disconnect` is only heard when the event loop is free; a handler busy in a long loop is ended by a thread that
 * sees that the process has been handed on to another parent.
 */
function dieWith(parent: number): void {
  process.once('disconnect', () => process.exit());
  const watch = `
    setInterval(() => process.ppid === ${parent} || process.kill(process.pid, 'SIGKILL'), ${WATCH_EVERY_MS});
  `;
  const limits = {
    maxOldGenerationSizeMb: 16,
    maxYoungGenerationSizeMb: 1,
    codeRangeSizeMb: 4,
    stackSizeMb: 1,
  };
  new Worker(watch, { eval: true, resourceLimits: limits, execArgv: [], env: {} }).unref();
}
