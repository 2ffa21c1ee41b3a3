/** What a child process does: trains, reads an upload, or predicts a table. */
export const CHILD_KINDS = ['trainer', 'inspector', 'scorer'] as const;
export type ChildKind = (typeof CHILD_KINDS)[number];
