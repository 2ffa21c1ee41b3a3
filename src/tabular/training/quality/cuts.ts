import { isAboveHalf } from '../../evaluation/curves.ts';
import type { Cuts } from '../../evaluation/points.ts';

/** Every cut between two different scores, from the one that takes no row to the one that takes all. */
interface AllCuts {
  readonly thresholds: (number | null)[];
  readonly hits: number[];
  readonly wrong: number[];
}

/**
 * The cuts by a class's probability, or so many of them: the corners of the ROC curve's convex hull first, among which is
 * the cheapest cut whatever errors cost, then others in equal steps along the curve. The first, the last and the one by
 * which classes are predicted are always there.
 *
 * @param positives probabilities of the rows that are of the class; at least one
 * @param negatives of all others; at least one
 */
export function chooseCuts(positives: Float64Array, negatives: Float64Array, most: number): Cuts {
  const all = everyCut(positives.toSorted(), negatives.toSorted());
  const chosen = [...chosenOf(all, positives.length, negatives.length, most)].sort((a, b) => a - b);
  return {
    thresholds: chosen.map((c) => all.thresholds[c]!),
    true_positives: chosen.map((c) => all.hits[c]!),
    false_positives: chosen.map((c) => all.wrong[c]!),
  };
}

/** @param positives and `negatives` ascend */
function everyCut(positives: Float64Array, negatives: Float64Array): AllCuts {
  const cuts: AllCuts = { thresholds: [null], hits: [0], wrong: [0] };
  let p = positives.length;
  let n = negatives.length;
  while (p > 0 || n > 0) {
    const score = Math.max(positives[p - 1] ?? 0, negatives[n - 1] ?? 0);
    while (p > 0 && positives[p - 1] === score) p--;
    while (n > 0 && negatives[n - 1] === score) n--;
    cuts.thresholds.push(score);
    cuts.hits.push(positives.length - p);
    cuts.wrong.push(negatives.length - n);
  }
  return cuts;
}

function chosenOf(all: AllCuts, positives: number, negatives: number, most: number): Set<number> {
  const { thresholds, hits, wrong } = all;
  if (thresholds.length <= most) return new Set(thresholds.keys());
  const lengthTo = (c: number) => hits[c]! / positives + wrong[c]! / negatives;
  const ends = [0, thresholds.length - 1, thresholds.findLastIndex(isAboveHalf)];
  const chosen = new Set([...ends, ...inSteps(hullOf(all), lengthTo, most - ends.length)]);
  for (const c of inSteps([...thresholds.keys()], lengthTo, most - chosen.size)) chosen.add(c);
  return chosen;
}

/** So many of the cuts, or all, in equal steps of the curve's length, which is 2. */
function inSteps(cuts: readonly number[], lengthTo: (cut: number) => number, count: number): number[] {
  if (cuts.length <= count) return [...cuts];
  const chosen: number[] = [];
  for (const cut of cuts) {
    if (chosen.length < count && lengthTo(cut) >= (2 * (chosen.length + 1)) / (count + 1)) chosen.push(cut);
  }
  return chosen;
}

/** Of a curve that rises from left to right, the corners of its upper hull (Andrew, 1979). */
function hullOf({ hits, wrong }: AllCuts): number[] {
  const hull: number[] = [];
  for (let c = 0; c < hits.length; c++) {
    while (hull.length >= 2 && !turnsRight(hull.at(-2)!, hull.at(-1)!, c)) hull.pop();
    hull.push(c);
  }
  return hull;

  function turnsRight(a: number, b: number, c: number): boolean {
    const [x, y] = [wrong[a]!, hits[a]!];
    return (wrong[b]! - x) * (hits[c]! - y) < (hits[b]! - y) * (wrong[c]! - x);
  }
}
