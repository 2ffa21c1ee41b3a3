/** What a run does with the model that its search has chosen. */
export interface Following {
  /** Rows that are learned from, in one fit after the other. */
  readonly fittedRows: number;
  /** Whether threads have enough to do in such a fit to do it together. */
  readonly sharesLoops: boolean;
  /** Rows that a model of so many trees is asked about, for all figures together. */
  predictedRows(trees: number): number;
}

/** What it takes, in seconds. */
export interface FollowingCost {
  readonly boosting: number;
  /** All but boosting: preparing its tables, the linear fits, and the figures. */
  readonly others: number;
}

/** Processor time of a row, in seconds: a row's time on the clock depends on what else runs. */
export interface RowCost {
  readonly fit: number;
  readonly predict: number;
}

interface Member {
  readonly trees: number;
  /** With so many. */
  readonly cost: RowCost;
}

/** More rows than the search had at a time are further apart in memory. */
export const MARGIN = 1.1;
/** Threads that do a fit together wait for each other. */
const SHARED_LOOPS = 1.25;

/**
 * By what rows have taken in the search, and how much of the processors it got.
 *
 * @param each of every fitted row: preparing it, and the linear model
 * @param processors processor time of the search for each second of it: where all threads are at work, what they get
 */
export function costOfFollowing(
  { fittedRows, sharesLoops, predictedRows }: Following,
  members: readonly Member[],
  each: number,
  processors: number,
  threads: number,
): FollowingCost {
  const alone = processors / threads;
  const trees = members.reduce((sum, member) => sum + member.trees, 0);
  const predict = members.reduce((sum, { cost }) => sum + cost.predict, 0);
  const fits = members.map(({ cost }) => cost.fit);
  const all = fits.reduce((sum, fit) => sum + fit, 0);
  const longest = Math.max(0, ...fits);
  const isShared = sharesLoops && members.length === 1;
  return {
    // Side by side: at most so long (Graham, 1966).
    boosting:
      MARGIN *
      fittedRows *
      (isShared
        ? (SHARED_LOOPS * all) / processors
        : all / processors + longest * (1 / alone - 1 / processors)),
    others: (MARGIN * (fittedRows * each + predictedRows(trees) * predict)) / alone,
  };
}

/** Seconds of all of it. */
export const totalOf = ({ boosting, others }: FollowingCost): number => boosting + others;
