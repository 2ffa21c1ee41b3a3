import type { Warning } from '../vocabulary/warnings.ts';

/** A table of thousands of constant columns says so of so many of them. */
const MAX_OF_A_CODE = 20;

/** Of each code so many that an answer can hold them, and one that tells how many more there are. */
export function bounded<Code extends string>(warnings: readonly Warning<Code>[]): Warning<Code>[] {
  return [...Map.groupBy(warnings, ({ code }) => code)].flatMap(([code, all]) => {
    const more = all.length - MAX_OF_A_CODE;
    if (more <= 0) return all;
    const rest = `The same is true of ${more} more ${more === 1 ? 'column' : 'columns'}.`;
    return [...all.slice(0, MAX_OF_A_CODE), { code, message: rest }];
  });
}
