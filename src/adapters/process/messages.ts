import type { ProblemCode } from '../../errors.ts';
import type { Stage } from '../../telemetry/stages.ts';
import type { ProcessUsage } from './usage.ts';

/**
 * What a child process may say to its parent, each time with what it has used so far and the stages that have begun or
 * ended since it last said something.
 */
export type ChildMessage<Output, Progress> = ChildNews<Output, Progress> & {
  readonly usage: ProcessUsage;
  readonly stages: readonly Stage[];
};

/** `code` is set when an `AppError` was thrown. */
export type ChildNews<Output, Progress> =
  /** The input has arrived. */
  | { readonly kind: 'begun' }
  /** There is a stage to tell of. */
  | { readonly kind: 'stage' }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly output: Output }
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      readonly code?: ProblemCode;
    };

/** A parent's request to its child, which has answered the one before. */
export interface ChildRequest<Input> {
  readonly input: Input;
  /** Whether anybody wants to know of its stages. */
  readonly tellStages: boolean;
}
