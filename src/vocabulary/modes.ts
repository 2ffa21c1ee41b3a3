import type { Mode, Task } from '#tabular';

/** How much work a dataset or a run asks for. */
export const MODES = ['light', 'heavy'] as const satisfies readonly Mode[];
export const TASKS = ['classification', 'regression'] as const satisfies readonly Task[];

export type { Mode, Task };
