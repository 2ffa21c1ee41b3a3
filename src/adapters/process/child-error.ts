import { AppError } from '../../errors.ts';
import type { ChildNews } from './messages.ts';

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
  /** As of other errors: what spans tell them apart by. */
  readonly code: ChildFailure;
  /** Name of the error the handler threw, of `failed` only. */
  readonly errorName: string | undefined;

  constructor(failure: ChildFailure, message: string, options?: ErrorOptions & { errorName?: string }) {
    super(message, options);
    this.name = 'ChildError';
    this.failure = failure;
    this.code = failure;
    this.errorName = options?.errorName;
  }
}

/** An error of a library may quote thousands of characters of the user's data. */
const MESSAGE_KEPT = 500;
const OUT_OF_MEMORY =
  /heap out of memory|Array buffer allocation failed|Out of Memory Error|Cannot allocate memory/i;

/** The error that the child's handler threw, as its parent throws it. */
export function revive(message: Extract<ChildNews<unknown, unknown>, { kind: 'error' }>): Error {
  if (message.code !== undefined) return new AppError(message.code, message.message);
  const failure = OUT_OF_MEMORY.test(message.message) ? 'out_of_memory' : 'failed';
  const text = `${message.name}: ${message.message}`.slice(0, MESSAGE_KEPT);
  const error = new ChildError(failure, text, { errorName: message.name });
  // The child's frames tell where it happened; above them stands the whole message again.
  error.stack = [text, ...message.stack.split('\n').filter((line) => line.startsWith('    at '))].join('\n');
  return error;
}

/** @param stderr its last words */
export function unexpectedEnd(
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
