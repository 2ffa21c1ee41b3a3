/**
 * From so many rows on, most steps of a fit are made on a part of the rows, and the last few on all of them: they
 * begin near the goal.
 */
export const MIN_ROWS_FOR_WARM_START = 20_000;
/** One row of so many is looked at, and counts as many times. */
export const WARM_START_SHARE = 8;
/** Of the gradient at the start. */
export const WARM_START_TOLERANCE = 1e-3;
