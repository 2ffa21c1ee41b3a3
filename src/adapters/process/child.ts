import { fork } from 'node:child_process';
import os from 'node:os';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors.ts';
import { watchMemoryKills } from './memory-kills.ts';
import type { ChildMessage } from './messages.ts';
import type { ProcessUsage } from './usage.ts';

/**
 * Why a child gave no result. `failed`: its handler threw; `crashed`: it ended without a word; `out_of_memory`: it
 * reached a limit of its own; `killed_for_memory`: by the kernel, at the memory limit of all our processes together;
 * `killed`: by a SIGKILL that nothing explains, a person's or the kernel's when the machine has no memory left.
 */
export type ChildFailure =
  | 'failed'
  | 'crashed'
  | 'killed'
  | 'killed_for_memory'
  | 'out_of_memory'
  | 'timeout'
  | 'aborted';

/** A child process that ended without a result. `message` is for logs, not for clients. */
export class ChildError extends Error {
  readonly failure: ChildFailure;
  /** Name of the error the handler threw, of `failed` only. */
  readonly errorName: string | undefined;

  constructor(failure: ChildFailure, message: string, options?: ErrorOptions & { errorName?: string }) {
    super(message, options);
    this.name = 'ChildError';
    this.failure = failure;
    this.errorName = options?.errorName;
  }
}

/**
 * Told what a child uses, as far as it says so itself: with each of its messages. What a child used after its last one
 * is lost when it is killed; of one that never said anything nothing is known.
 */
export interface ChildMeter {
  /** Seconds of CPU since it was last told. */
  cpu(seconds: number): void;
  /** The child has ended. */
  ended(peakBytes: number): void;
}

export interface ChildOptions<Progress> {
  /** Kills the child at once. */
  readonly signal?: AbortSignal | undefined;
  /** Wall-clock limit; unset: none. */
  readonly timeoutSeconds?: number | undefined;
  /** Limit of the JavaScript heap in MiB; typed arrays and native memory are not part of it. */
  readonly maxOldSpaceMb?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly meter?: ChildMeter | undefined;
  /** What the child reads by standard input, no faster than it reads; unset: nothing. An error of its own ends the child. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** A file descriptor for its standard output; unset: it goes nowhere. */
  readonly stdout?: number | undefined;
  /** 0 (as the parent) to 19 (only when nobody else wants the processor). */
  readonly niceness?: number | undefined;
}

/** What a child needs from the parent's environment to run, and to start soon; everything else may hold secrets. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'LANG', 'LC_ALL'],
  'NODE_COMPILE_CACHE',
];
const STDERR_KEPT = 4096;
/** An error of a library may quote thousands of characters of the user's data. */
const MESSAGE_KEPT = 500;
const OUT_OF_MEMORY =
  /heap out of memory|Array buffer allocation failed|Out of Memory Error|Cannot allocate memory/i;

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
  options: ChildOptions<Progress> = {},
): Promise<Output> {
  const { signal, timeoutSeconds, maxOldSpaceMb, onProgress, meter, stdin, stdout, niceness } = options;
  if (signal?.aborted) throw new ChildError('aborted', 'aborted before the child process was started');

  const wasMemoryKill = watchMemoryKills();
  const child = fork(entry, [String(process.pid)], {
    serialization: 'advanced',
    stdio: [stdin === undefined ? 'ignore' : 'pipe', stdout ?? 'ignore', 'pipe', 'ipc'],
    env: minimalEnvironment(),
    // A group of its own: a Ctrl-C is meant for the service, which lets its children finish or ends them itself.
    detached: true,
    // Replaces the parent's own flags, so that telemetry registration or a debugger is not started twice.
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(maxOldSpaceMb === undefined ? [] : [`--max-old-space-size=${Math.ceil(maxOldSpaceMb)}`]),
    ],
  });

  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });

  let settled: { output: Output } | { error: Error } | undefined;
  const settle = (outcome: { output: Output } | { error: Error }) => {
    settled ??= outcome;
    // Nothing is left for it to tidy up, and a child busy in a loop would not hear anything gentler.
    child.kill('SIGKILL');
  };
  const stop = (failure: ChildFailure, message: string) =>
    settle({ error: new ChildError(failure, message) });

  let used: ProcessUsage | undefined;
  child.on('message', (message: ChildMessage<Output, Progress>) => {
    meter?.cpu(message.usage.cpuSeconds - (used?.cpuSeconds ?? 0));
    used = message.usage;
    if (settled !== undefined) return;
    if (message.kind === 'result') settle({ output: message.output });
    else if (message.kind === 'error') settle({ error: revive(message) });
    else {
      try {
        onProgress?.(message.progress);
      } catch (cause) {
        settle({ error: new Error('the progress listener threw', { cause }) });
      }
    }
  });

  async function* fed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      // Before the pipe is closed: to the child that would look like the end of its input.
      settle({ error: error instanceof Error ? error : new Error(String(error)) });
      throw error;
    }
  }

  const onAbort = () => stop('aborted', 'aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => stop('timeout', `no result after ${timeoutSeconds} s`), timeoutSeconds * 1000);

  try {
    return await new Promise<Output>((resolve, reject) => {
      child.once('error', (cause) => {
        // Without a pid it never started, and no `close` follows.
        if (child.pid === undefined) reject(new ChildError('crashed', 'could not be started', { cause }));
      });
      child.once('close', (code, killedBy) => {
        if (used !== undefined) meter?.ended(used.peakBytes);
        settled ??= { error: unexpectedEnd(code, killedBy, stderr, wasMemoryKill) };
        if ('output' in settled) resolve(settled.output);
        else reject(settled.error);
      });
      if (niceness !== undefined && child.pid !== undefined) lowerPriority(child.pid, niceness);
      // A child that is already gone is reported by `close`.
      child.send({ input }, () => undefined);
      if (stdin !== undefined && child.stdin) pipeline(fed(stdin), child.stdin).catch(() => undefined);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function minimalEnvironment(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: picked by name and handed on, never read as settings
  const own = process.env;
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]])),
  );
}

function lowerPriority(pid: number, niceness: number): void {
  try {
    os.setPriority(pid, niceness);
  } catch {
    // Gone already or not allowed: the work itself does not depend on it.
  }
}

function revive(message: Extract<ChildMessage<unknown, unknown>, { kind: 'error' }>): Error {
  if (message.code !== undefined) return new AppError(message.code, message.message);
  const failure = OUT_OF_MEMORY.test(message.message) ? 'out_of_memory' : 'failed';
  const text = `${message.name}: ${message.message}`.slice(0, MESSAGE_KEPT);
  const error = new ChildError(failure, text, { errorName: message.name });
  // The child's frames tell where it happened; above them stands the whole message again.
  error.stack = [text, ...message.stack.split('\n').filter((line) => line.startsWith('    at '))].join('\n');
  return error;
}

function unexpectedEnd(
  code: number | null,
  killedBy: NodeJS.Signals | null,
  stderr: string,
  wasMemoryKill: () => boolean,
): ChildError {
  if (OUT_OF_MEMORY.test(stderr))
    return new ChildError('out_of_memory', `out of memory (${killedBy ?? `exit code ${code}`})`);
  if (killedBy === 'SIGKILL')
    return wasMemoryKill()
      ? new ChildError('killed_for_memory', 'killed by the kernel at the memory limit of the control group')
      : new ChildError('killed', 'killed by a SIGKILL that was not ours');
  const how = killedBy === null ? `exit code ${code}` : `signal ${killedBy}`;
  return new ChildError('crashed', `ended without a result: ${how}${stderr && `\n${stderr}`}`);
}
