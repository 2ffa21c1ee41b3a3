import { setImmediate } from 'node:timers/promises';

/** Where a single row ranks is chance. */
export const MIN_ROWS_TO_RANK = 2;

/**
 * Two classes: of the second. More: mean of each class against the rest, over the classes that have the rows.
 *
 * @param actual class of each row
 * @param probabilities `[row * classes + class]`
 */
export function rocAuc(actual: Int32Array, probabilities: Float64Array, classes: number): number | null {
  return meanOf([...areas(actual, probabilities, classes)]);
}

/** The same, letting other work of this thread go on in between. */
export async function rocAucInTurns(
  actual: Int32Array,
  probabilities: Float64Array,
  classes: number,
): Promise<number | null> {
  const found: (number | null)[] = [];
  for (const area of areas(actual, probabilities, classes)) {
    found.push(area);
    await setImmediate();
  }
  return meanOf(found);
}

function* areas(
  actual: Int32Array,
  probabilities: Float64Array,
  classes: number,
): Generator<number | null, void> {
  for (let k = classes === 2 ? 1 : 0; k < classes; k++) {
    const [positives, negatives] = [new Float64Array(actual.length), new Float64Array(actual.length)];
    let held = 0;
    for (let row = 0; row < actual.length; row++) {
      const score = probabilities[row * classes + k]!;
      if (actual[row] === k) positives[held++] = score;
      else negatives[row - held] = score;
    }
    yield areaUnderRoc(positives.subarray(0, held), negatives.subarray(0, actual.length - held));
  }
}

function meanOf(areas: readonly (number | null)[]): number | null {
  const known = areas.filter((area) => area !== null);
  return known.length > 0 ? known.reduce((sum, area) => sum + area, 0) / known.length : null;
}

/** Share of (positive, negative) pairs in the right order, ties half: the Mann–Whitney statistic. */
function areaUnderRoc(positives: Float64Array, negatives: Float64Array): number | null {
  if (positives.length < MIN_ROWS_TO_RANK || negatives.length < MIN_ROWS_TO_RANK) return null;
  negatives.sort();
  let [below, upTo, inOrder] = [0, 0, 0];
  for (const score of positives.sort()) {
    while (negatives[below]! < score) below++;
    while (negatives[upTo]! <= score) upTo++;
    inOrder += (below + upTo) / 2;
  }
  return inOrder / (positives.length * negatives.length);
}
