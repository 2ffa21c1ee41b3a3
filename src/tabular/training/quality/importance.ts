import type { Estimator } from '../../document.ts';
import { predictor } from '../../scoring/estimators.ts';
import type { InputData } from '../../values/inputs.ts';
import type { Fit } from '../fit-model.ts';
import { createRandom, sample, shuffle } from '../random.ts';
import { classCount, type TrainingData } from '../training-data.ts';
import type { FeatureImportance } from '../types.ts';
import { mainScore } from './evaluate.ts';

const MAX_ROWS = 5000;
const MAX_REPEATS = 5;
/** Steps of scoring in all, about a second. */
const MAX_STEPS = 5e8;
/** A tree takes about as long as so many columns of a linear model. */
const STEPS_PER_TREE = 10;

/**
 * Permutation importance (Breiman, 2001): the mean fall of the main score when one column's values are shuffled
 * among rows the model did not see. Wide tables and large models use fewer rows and repeats, so that the work stays
 * bounded.
 */
export function permutationImportance(
  data: TrainingData,
  { estimator, gains }: Fit,
  test: Int32Array,
  seed: number,
): FeatureImportance[] {
  const random = createRandom(seed, 'importance');
  const stepsPerRow = data.inputs.length + STEPS_PER_TREE * treeCount(estimator);
  const affordable = Math.max(50, Math.floor(MAX_STEPS / (stepsPerRow * data.inputs.length)));
  const rows = sample(test, Math.min(MAX_ROWS, affordable), random);
  const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.floor(affordable / rows.length)));
  const inputs = data.inputs.map((input) => takeRows(input, rows));
  const predict = predictor(estimator, classCount(data));
  const reference = mainScore(data, predict(inputs, null), rows);
  return data.columns
    .map(({ name }, position) => {
      let fall = 0;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const shuffled = inputs.with(position, shuffleInput(inputs[position]!, random));
        fall += reference - mainScore(data, predict(shuffled, null), rows);
      }
      return { feature: name, importance: fall / repeats, ...(gains && { gain: gains[position]! }) };
    })
    .sort((a, b) => b.importance - a.importance);
}

function treeCount(estimator: Estimator): number {
  if (estimator.kind === 'trees') return estimator.roots.length;
  return estimator.kind === 'blend'
    ? estimator.members.reduce((sum, member) => sum + treeCount(member.estimator), 0)
    : 0;
}

function takeRows(input: InputData, rows: Int32Array): InputData {
  return input.kind === 'number'
    ? { kind: 'number', values: Float64Array.from(rows, (row) => input.values[row]!) }
    : { ...input, codes: rows.map((row) => input.codes[row]!) };
}

function shuffleInput(input: InputData, random: () => number): InputData {
  return input.kind === 'number'
    ? { kind: 'number', values: shuffle(input.values.slice(), random) }
    : { ...input, codes: shuffle(input.codes.slice(), random) };
}
