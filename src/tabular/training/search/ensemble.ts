import { meanOf, type RowLosses } from './loss.ts';

/** What a member of an ensemble would predict. */
export interface Candidate {
  readonly loss: number;
  /** Of the search's test rows. Scores, not probabilities: those of trees can be added up to one model. */
  readonly scores: Float64Array;
}

export interface EnsembleRules {
  /** So many of the best are in it from the beginning, equally: what the search's rows say of them is much chance. */
  readonly first: number;
  /** So often one is added, whichever lowers the loss most; the same one may be again. */
  readonly steps: number;
  /** An addition has to lower the loss by this share. */
  readonly minRelativeGain: number;
}

/**
 * Weights of an ensemble, by greedy selection with replacement (Caruana, Niculescu-Mizil, Crew & Ksikes, 2004): its score
 * is the mean of those selected, each as often as it was.
 *
 * @param losses of scores, row by row
 */
export function selectEnsemble(
  candidates: readonly Candidate[],
  losses: RowLosses,
  { first, steps, minRelativeGain }: EnsembleRules,
): number[] {
  const counts = candidates.map(() => 0);
  const sum = new Float64Array(candidates[0]!.scores.length);
  let selected = 0;
  const add = (position: number) => {
    counts[position]!++;
    selected++;
    const { scores } = candidates[position]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += scores[i]!;
  };
  const lossWith = ({ scores }: Candidate) =>
    meanOf(losses(sum.map((value, i) => (value + scores[i]!) / (selected + 1))));
  const best = [...candidates.keys()].sort((a, b) => candidates[a]!.loss - candidates[b]!.loss || a - b);
  for (const position of best.slice(0, first)) add(position);
  let loss = meanOf(losses(sum.map((value) => value / selected)));
  for (let step = 0; step < steps; step++) {
    const withEach = candidates.map(lossWith);
    const least = Math.min(...withEach);
    if (least >= loss * (1 - minRelativeGain)) break;
    add(withEach.indexOf(least));
    loss = least;
  }
  return counts.map((count) => count / selected);
}
