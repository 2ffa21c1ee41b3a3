/** How much work a dataset or a run asks for. */
export const MODES = ['light', 'heavy'] as const;
export type Mode = (typeof MODES)[number];

export const TASKS = ['classification', 'regression'] as const;
export type Task = (typeof TASKS)[number];
