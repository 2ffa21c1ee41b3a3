import type { TargetTransform } from '../document.ts';
import { predictor } from '../scoring/estimators.ts';
import { transformed } from '../scoring/target-transform.ts';
import { sortNumbers } from './boosting/sort-numbers.ts';
import { type FitOptions, fitModel, type ModelSpecification } from './fit-model.ts';
import type { TargetTransformParam } from './params.ts';
import { createRandom, sample } from './random.ts';
import { meanOf, standardError } from './search/loss.ts';
import { type TrainingData, targetValues } from './training-data.ts';
import type { TransformTrial } from './types.ts';

export interface TransformChoice {
  readonly transform: TargetTransform | null;
  /** What was compared on rows of its own; null: there was nothing to choose. */
  readonly compared: readonly TransformTrial[] | null;
}

/** From here on a distribution is commonly called highly skewed. */
const MIN_SKEWNESS = 1;
/** Fewer say too little, neither of the skew nor of what helps. */
const MIN_ROWS = 100;
const MAX_ROWS = 20_000;
const HELD_OUT = 0.25;
/** By less a mean absolute error is about the same. */
const MIN_RELATIVE_GAIN = 0.01;

/**
 * Whether a regression had better be fitted on the logarithm of its target. A skewed one's is tried beside the target
 * itself, by the given kind of model, on a split of the rows. It is taken where the mean absolute error is clearly
 * lower and the mean squared error not clearly higher, each by the standard error of the difference, row by row.
 * Errors are of the target's own scale, so that both are judged by what is predicted in the end; absolute ones,
 * because of squared ones a few outliers decide.
 *
 * @param rows that may be seen
 * @param kind of model that tells
 */
export async function chooseTransform(
  data: TrainingData,
  rows: Int32Array,
  wanted: TargetTransformParam,
  kind: ModelSpecification,
  options: FitOptions,
): Promise<TransformChoice> {
  if (data.target.task !== 'regression' || wanted === 'none') return { transform: null, compared: null };
  const values = targetValues(data.target, rows);
  const transform = logarithmOf(values);
  if (wanted === 'log') return { transform, compared: null };
  const skewness = skewnessOf(values);
  const isSkewed = skewness > MIN_SKEWNESS && Math.abs(skewnessOf(transformed(transform, values))) < skewness;
  if (!isSkewed || rows.length < MIN_ROWS) return { transform: null, compared: null };
  const looked = sample(rows, MAX_ROWS, createRandom(options.seed, 'target transform'));
  const { train, test } = data.splitter.holdOut(looked, HELD_OUT, options.seed + 1);
  const actual = targetValues(data.target, test);
  const errorsOf = async (targetTransform: TargetTransform | null) => {
    const { estimator } = await fitModel(data, train, { ...kind, targetTransform }, options);
    return predictor(estimator, 0)(data.inputs, test).map((value, i) => Math.abs(value - actual[i]!));
  };
  const plain = await errorsOf(null);
  const other = await errorsOf(transform);
  const isTaken = isClearlyLower(other, plain) && !isClearlyHigher(squares(other), squares(plain));
  const trial = (name: TransformTrial['name'], errors: Float64Array): TransformTrial => ({
    name,
    mae: meanOf(errors),
    mse: meanOf(squares(errors)),
  });
  return {
    transform: isTaken ? transform : null,
    compared: [trial('none', plain), trial(transform.name, other)],
  };
}

/** ln y of positive values; of others one that is straight around 0 and bends from their typical size on. */
function logarithmOf(values: Float64Array): TargetTransform {
  const transform: TargetTransform = values.every((value) => value > 0)
    ? { name: 'log', least: 0, most: 0 }
    : { name: 'symlog', scale: typicalSize(values), least: 0, most: 0 };
  const [least, most] = rangeOf(transformed(transform, values));
  return { ...transform, least: least - BEYOND, most: most + BEYOND };
}

/** A prediction may be e times as large as the largest value seen, and as small a part of the least. */
const BEYOND = 1;

/** The median of |y|, zeros left out. */
function typicalSize(values: Float64Array): number {
  const sizes = sortNumbers(values.filter((value) => value !== 0).map(Math.abs));
  return sizes[sizes.length >> 1] ?? 1;
}

function rangeOf(values: Float64Array): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function skewnessOf(values: Float64Array): number {
  const mean = meanOf(values);
  const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  return deviation > 0 ? meanOf(values.map((value) => ((value - mean) / deviation) ** 3)) : 0;
}

const squares = (errors: Float64Array) => errors.map((error) => error ** 2);

function isClearlyLower(some: Float64Array, others: Float64Array): boolean {
  const gain = meanOf(others) - meanOf(some);
  return gain > standardError(others, some) && gain > MIN_RELATIVE_GAIN * meanOf(others);
}

function isClearlyHigher(some: Float64Array, others: Float64Array): boolean {
  return meanOf(some) - meanOf(others) > standardError(some, others);
}
