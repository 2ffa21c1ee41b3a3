import { ApiProblem, ConnectionError } from '../client/index.ts';

/** What scripts can tell apart. */
export const EXIT = {
  ok: 0,
  refused: 1,
  usage: 2,
  runFailed: 3,
  noService: 4,
  interrupted: 130,
} as const;

/** A run that ended, but not in success. */
export class RunFailed extends Error {}

/** Something that the command itself can't do, in a sentence. */
export class CliError extends Error {}

export function exitCodeOf(error: unknown): number {
  if (error instanceof RunFailed) return EXIT.runFailed;
  if (error instanceof ConnectionError) return EXIT.noService;
  if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted;
  return EXIT.refused;
}

/** What is said of an error, and what to do about it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const hints = [
      error.code === 'unauthorized' && 'Set MLOPS_API_KEY, or name a file with --key-file.',
      error.retryAfter !== undefined && `Try again in ${error.retryAfter} s.`,
      error.trace_id && `Trace ${error.trace_id}`,
    ];
    return [error.message, ...hints.filter(Boolean)].join('\n  ');
  }
  if (error instanceof ConnectionError)
    return `${error.message}\n  Start it with ./run.sh, or say with --url where it is.`;
  if (error instanceof Error) return error.name === 'AbortError' ? 'Interrupted.' : error.message;
  return String(error);
}
