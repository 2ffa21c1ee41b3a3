import type { ClassPoints, Cuts } from './points.ts';

type Counted = Pick<ClassPoints, 'n_positive' | 'cuts'>;

/** As scikit-learn's `roc_curve`: thresholds fall. */
export interface RocCurve {
  readonly fpr: number[];
  readonly tpr: number[];
  readonly thresholds: (number | null)[];
}

/** As scikit-learn's `precision_recall_curve`: thresholds rise, and one more point ends it at precision 1, recall 0. */
export interface PrecisionRecallCurve {
  readonly precision: number[];
  readonly recall: number[];
  readonly thresholds: number[];
}

export function rocCurve({ n_positive, cuts }: Counted, rows: number): RocCurve {
  return {
    fpr: cuts.false_positives.map((count) => count / (rows - n_positive)),
    tpr: cuts.true_positives.map((count) => count / n_positive),
    thresholds: [...cuts.thresholds],
  };
}

export function precisionRecallCurve({ n_positive, cuts }: Counted): PrecisionRecallCurve {
  const rising = cuts.thresholds.map((_, c) => c).reverse();
  rising.pop();
  return {
    precision: [...rising.map((c) => precisionAt(cuts, c)), 1],
    recall: [...rising.map((c) => cuts.true_positives[c]! / n_positive), 0],
    thresholds: rising.map((c) => cuts.thresholds[c]!),
  };
}

/** What is decided when the class is said of every row whose probability is at least the threshold. */
export interface Decision {
  /** Null: it is said of no row. */
  readonly threshold: number | null;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Share of the rows. */
  readonly predicted_positive: number;
  /** A row, on average. */
  readonly cost?: number;
}

export interface Costs {
  readonly falsePositive: number;
  readonly falseNegative: number;
}

export interface Thresholds {
  readonly rows: readonly Decision[];
  /** What the model's own predictions amount to: the class is predicted from a probability of one half on. */
  readonly current: Decision;
  /** Of those with the lowest cost the highest threshold. */
  readonly cheapest?: Decision;
}

/** Of two classes. Precision is 0 where no row is taken for positive. */
export function thresholdTable({ n_positive, cuts }: Counted, rows: number, costs?: Costs): Thresholds {
  const decisions = cuts.thresholds.map((threshold, c): Decision => {
    const [hits, wrong] = [cuts.true_positives[c]!, cuts.false_positives[c]!];
    const missed = n_positive - hits;
    return {
      threshold,
      precision: precisionAt(cuts, c),
      recall: hits / n_positive,
      f1: (2 * hits) / (2 * hits + wrong + missed),
      predicted_positive: (hits + wrong) / rows,
      ...(costs && { cost: (wrong * costs.falsePositive + missed * costs.falseNegative) / rows }),
    };
  });
  const current = decisions.findLast(({ threshold }) => isAboveHalf(threshold))!;
  if (!costs) return { rows: decisions, current };
  const cheapest = decisions.reduce((best, decision) => (decision.cost! < best.cost! ? decision : best));
  return { rows: decisions, current, cheapest };
}

/** Of two classes as probable as each other the first is predicted. */
export const isAboveHalf = (threshold: number | null) => threshold === null || threshold > 0.5;

function precisionAt({ true_positives, false_positives }: Cuts, c: number): number {
  const taken = true_positives[c]! + false_positives[c]!;
  return taken > 0 ? true_positives[c]! / taken : 0;
}
