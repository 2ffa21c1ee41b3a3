import type { ProblemCode } from '../../errors.ts';

/** What a child process may say to its parent. `code` is set when an `AppError` was thrown. */
export type ChildMessage<Output, Progress> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly output: Output }
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      readonly code?: ProblemCode;
    };

/** The one request of a parent to its child. */
export interface ChildRequest<Input> {
  readonly input: Input;
}
