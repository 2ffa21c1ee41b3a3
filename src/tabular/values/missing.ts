/** Cells that hold no value. The comparison is exact: no trimming, no other case. */
export const MISSING_VALUES = ['', 'NA', 'N/A', 'NaN', 'null', 'NULL', 'None'] as const;

const MISSING_SET: ReadonlySet<string> = new Set(MISSING_VALUES);

export const isMissing = (cell: string): boolean => MISSING_SET.has(cell);
