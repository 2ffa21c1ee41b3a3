import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { replayStages } from '../../telemetry/replay-stages.ts';
import { errorTypeOf, inSpan } from '../../telemetry/span.ts';
import type { Stage } from '../../telemetry/stages.ts';
import { ChildError, type ChildFailure, revive, unexpectedEnd } from './child-error.ts';
import { watchMemoryKills } from './memory-kills.ts';
import type { ChildMessage, ChildRequest } from './messages.ts';
import { lowerPriority } from './priority.ts';
import type { ProcessUsage } from './usage.ts';

/**
 * Told what a child uses, as far as it says so itself: with each of its messages. What a child used after its last one
 * is lost when it is killed; of one that never said anything nothing is known.
 */
export interface ChildMeter {
  /** Seconds of CPU since it was last told. */
  cpu(seconds: number): void;
  /** The work is over. */
  ended(peakBytes: number): void;
}

/** How the process is started. */
export interface ProcessOptions {
  /** Limit of the JavaScript heap in MiB; typed arrays and native memory are not part of it. */
  readonly maxOldSpaceMb?: number | undefined;
  /** 0 (as the parent) to 19 (only when nobody else wants the processor). */
  readonly niceness?: number | undefined;
  readonly stdin?: 'pipe' | 'ignore';
  /** A file descriptor for its standard output; unset: it goes nowhere. */
  readonly stdout?: number | undefined;
}

/** How one piece of work is done. */
export interface WorkOptions<Progress> {
  /** Kills the child at once. */
  readonly signal?: AbortSignal | undefined;
  /** Wall-clock limit; unset: none. */
  readonly timeoutSeconds?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told of its stages so far, whenever there is news of them. */
  readonly onStages?: ((stages: readonly Stage[]) => void) | undefined;
  readonly meter?: ChildMeter | undefined;
}

export interface ChildOptions<Progress> extends WorkOptions<Progress>, Omit<ProcessOptions, 'stdin'> {
  /** What the child reads by standard input, no faster than it reads; unset: nothing. An error of its own ends the child. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
}

/** What a child needs from the parent's environment to run, and to start soon; everything else may hold secrets. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'LANG', 'LC_ALL'],
  'NODE_COMPILE_CACHE',
];
const STDERR_KEPT = 4096;

/**
 * Runs the TypeScript file `entry` (it calls `serveChild`) in a process of its own: one input in, any number of
 * progress messages, one result out. When the promise settles the process has ended. Values are copied by the
 * structured clone algorithm (typed arrays, NaN and Map survive). The child sees none of the parent's
 * environment beyond `PASSED_ON`, and ends when its parent does.
 *
 * @throws {AppError} that the child's handler threw, with its code and message
 * @throws what `stdin` threw
 * @throws {ChildError} any other end without a result
 */
export async function runChild<Output, Progress = never>(
  entry: URL,
  input: unknown,
  { stdin, ...options }: ChildOptions<Progress> = {},
): Promise<Output> {
  if (options.signal?.aborted)
    throw new ChildError('aborted', 'aborted before the child process was started');
  const child = new Child(entry, { ...options, stdin: stdin === undefined ? 'ignore' : 'pipe' });
  if (stdin !== undefined) child.feed(stdin);
  return child.work<Output, Progress>(input, options, () => false);
}

type Outcome = { output: unknown } | { error: Error };

interface Work {
  /** Decides how the work ends, and with it the process. Only the first decision counts. */
  readonly settle: (outcome: Outcome) => void;
  readonly take: (message: ChildMessage<unknown, unknown>) => void;
  readonly closed: (code: number | null, killedBy: NodeJS.Signals | null) => void;
}

/** One process that runs `entry`, for one piece of work after the other. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  #stderr = '';
  /** Told by its last message. */
  #used: ProcessUsage = { cpuSeconds: 0, peakBytes: 0 };
  #work: Work | undefined;
  #hasBegun = false;
  /** Why there is no process. */
  #failure: Error | undefined;

  constructor(entry: URL, { maxOldSpaceMb, niceness, stdin = 'ignore', stdout }: ProcessOptions) {
    const child = fork(entry, [String(process.pid)], {
      serialization: 'advanced',
      stdio: [stdin, stdout ?? 'ignore', 'pipe', 'ipc'],
      env: minimalEnvironment(),
      // A group of its own: a Ctrl-C is meant for the service, which lets its children finish or ends them itself.
      detached: true,
      // Replaces the parent's own flags, so that telemetry registration or a debugger is not started twice.
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        ...(maxOldSpaceMb === undefined ? [] : [`--max-old-space-size=${Math.ceil(maxOldSpaceMb)}`]),
      ],
    });
    this.#process = child;
    this.#name = basename(entry.pathname, '.child.ts');
    if (niceness !== undefined && child.pid !== undefined) lowerPriority(child.pid, niceness);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    child.on('message', (message: ChildMessage<unknown, unknown>) => this.#work?.take(message));
    child.once('error', (cause) => {
      // Without a pid it never started, and no `close` follows.
      if (child.pid !== undefined) return;
      this.#failure = new ChildError('crashed', 'could not be started', { cause });
      this.#work?.closed(null, null);
    });
    child.once('close', (code, killedBy) => this.#work?.closed(code, killedBy));
  }

  /** Whether its latest work reached it. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isAlive(): boolean {
    return this.#process.connected && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Hands it what it reads by standard input; an error of the source ends the work. */
  feed(source: AsyncIterable<Uint8Array>): void {
    const fed = async function* (this: Child) {
      try {
        yield* source;
      } catch (error) {
        // Before the pipe is closed: to the child that would look like the end of its input.
        this.#work?.settle({ error: error instanceof Error ? error : new Error(String(error)) });
        throw error;
      }
    }.bind(this);
    const { stdin } = this.#process;
    if (stdin) pipeline(fed(), stdin).catch(() => undefined);
  }

  /**
   * One piece of work; the next one only after its end.
   * @param survives whether a process that did its work, having held so much memory at most, is kept; otherwise, and
   *   after every failure that was not the input's, it has ended when the promise settles
   */
  work<Output, Progress>(
    input: unknown,
    options: WorkOptions<Progress>,
    survives: (peakBytes: number) => boolean,
  ): Promise<Output> {
    const attributes = { 'mlops.process.name': this.#name, 'process.pid': this.#process.pid ?? 0 };
    return inSpan('{mlops.process.name} process', attributes, async (span) => {
      /** By their numbers: what has ended takes the place of what had begun. */
      const stages = new Map<number, Stage>();
      let failure: string | undefined;
      try {
        const tellStages = options.onStages !== undefined || span.isRecording();
        return await this.#do<Output, Progress>(input, options, survives, stages, tellStages);
      } catch (error) {
        failure = errorTypeOf(error);
        throw error;
      } finally {
        replayStages(stages.values(), span, failure);
      }
    });
  }

  async #do<Output, Progress>(
    input: unknown,
    { signal, timeoutSeconds, onProgress, onStages, meter }: WorkOptions<Progress>,
    survives: (peakBytes: number) => boolean,
    stages: Map<number, Stage>,
    tellStages: boolean,
  ): Promise<Output> {
    const child = this.#process;
    const wasMemoryKill = watchMemoryKills();
    const done = Promise.withResolvers<Output>();
    let settled: Outcome | undefined;
    const settle = (outcome: Outcome) => {
      settled ??= outcome;
      // Nothing is left for it to tidy up, and a child busy in a loop would not hear anything gentler.
      child.kill('SIGKILL');
    };
    const conclude = (outcome: Outcome) => {
      if (this.#used.peakBytes > 0) meter?.ended(this.#used.peakBytes);
      if ('output' in outcome) done.resolve(outcome.output as Output);
      else done.reject(outcome.error);
    };
    const end = (outcome: Outcome, isHealthy: boolean) => {
      if (isHealthy && survives(this.#used.peakBytes)) {
        settled = outcome;
        conclude(outcome);
      } else settle(outcome);
    };
    const stop = (failure: ChildFailure, message: string) =>
      settle({ error: new ChildError(failure, message) });

    this.#stderr = '';
    this.#hasBegun = false;
    this.#used = { ...this.#used, peakBytes: 0 };
    this.#work = {
      settle,
      take: (message) => {
        meter?.cpu(message.usage.cpuSeconds - this.#used.cpuSeconds);
        this.#used = message.usage;
        this.#hasBegun = true;
        for (const stage of message.stages) stages.set(stage.id, stage);
        if (message.stages.length > 0) onStages?.([...stages.values()]);
        if (settled !== undefined || message.kind === 'begun' || message.kind === 'stage') return;
        if (message.kind === 'result') end({ output: message.output }, true);
        else if (message.kind === 'error') end({ error: revive(message) }, message.code !== undefined);
        else {
          try {
            onProgress?.(message.progress as Progress);
          } catch (cause) {
            settle({ error: new Error('the progress listener threw', { cause }) });
          }
        }
      },
      closed: (code, killedBy) => {
        const error = this.#failure ?? unexpectedEnd(code, killedBy, this.#stderr, wasMemoryKill);
        settled ??= { error };
        conclude(settled);
      },
    };

    const onAbort = () => stop('aborted', 'aborted');
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => stop('timeout', `no result after ${timeoutSeconds} s`), timeoutSeconds * 1000);
    try {
      // A child that is already gone is reported by `close`.
      const request: ChildRequest<unknown> = { input, tellStages };
      child.send(request, () => undefined);
      return await done.promise;
    } finally {
      this.#work = undefined;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Whether it keeps this process from ending. */
  hold(isHeld: boolean): void {
    const { channel, stderr } = this.#process;
    for (const handle of [this.#process, channel, stderr as Socket | null]) {
      if (isHeld) handle?.ref();
      else handle?.unref();
    }
  }

  /** Kills it, and waits until it has ended. */
  async end(): Promise<void> {
    if (!this.isAlive) return;
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }
}

function minimalEnvironment(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: picked by name and handed on, never read as settings
  const own = process.env;
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]])),
  );
}
