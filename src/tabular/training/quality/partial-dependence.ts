import type { Estimator, InputColumn } from '../../document.ts';
import type { FeatureDependence, PartialDependence } from '../../evaluation/points.ts';
import { predictor } from '../../scoring/estimators.ts';
import type { InputData } from '../../values/inputs.ts';
import { createRandom, sample } from '../random.ts';
import { classCodes, classCount, type TrainingData } from '../training-data.ts';
import type { FeatureImportance } from '../types.ts';
import { stepsOfScoring, treeCount } from './importance.ts';
import { quantile } from './quantile.ts';
import { takeRows } from './shuffled.ts';

const MAX_FEATURES = 10;
const MAX_POINTS = 20;
const MAX_ROWS = 500;
const MAX_CLASSES = 10;
/** Steps of scoring in all, a few tenths of a second. */
const MAX_STEPS = 1e8;
/** Fewer say nothing on average. */
const MIN_ROWS = 20;
/** Numbers further out are few: what the model says there is extrapolated. */
const [LEAST, MOST] = [0.05, 0.95];

/**
 * Partial dependence (Friedman, 2001): the mean prediction of rows the model did not see with one column set to the same
 * value in all of them, for some values. Of the columns that matter most; wide tables and large models use fewer rows,
 * and then fewer columns, so that the work stays bounded.
 */
export function partialDependence(
  data: TrainingData,
  estimator: Estimator,
  test: Int32Array,
  importances: readonly FeatureImportance[],
  seed: number,
): PartialDependence {
  const { rows: most, features: count } = extentOfDependence(data, treeCount(estimator), test.length);
  const rows = sample(test, most, createRandom(seed, 'partial dependence'));
  const inputs = data.inputs.map((input) => withOwnLabels(takeRows(input, rows)));
  const predict = predictor(estimator, classCount(data));
  const outputs = outputsOf(data, test);
  const positions = new Map(data.columns.map(({ name }, position) => [name, position]));
  return {
    n_rows: rows.length,
    classes: data.target.task === 'regression' ? null : outputs.map((k) => classOf(data, k)),
    features: importances.slice(0, count).map(({ feature }): FeatureDependence => {
      const position = positions.get(feature)!;
      const grid = gridOf(takeRows(data.inputs[position]!, test));
      const means = grid.map((value) => {
        const predicted = predict(inputs.with(position, constant(value, rows.length)), null);
        return meansOf(predicted, rows.length);
      });
      return {
        feature,
        grid_values: grid.map((value) => shown(value, data.columns[position]!)),
        average: outputs.map((k) => means.map((mean) => mean[k]!)),
      };
    }),
  };
}

/** Of how many rows and columns, each with up to `points` values. */
export function extentOfDependence(
  data: TrainingData,
  trees: number,
  tested: number,
): { readonly rows: number; readonly features: number; readonly points: number } {
  const affordable = Math.floor(MAX_STEPS / (stepsOfScoring(data, trees) * MAX_POINTS));
  const rows = Math.min(
    tested,
    Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(affordable / MAX_FEATURES))),
  );
  const features = Math.min(MAX_FEATURES, Math.max(1, Math.floor(affordable / rows)));
  return { rows, features, points: MAX_POINTS };
}

/** Of two classes the second, whose share is all there is to say; of more the most frequent. */
function outputsOf({ target }: TrainingData, test: Int32Array): number[] {
  if (target.task === 'regression') return [0];
  if (target.classes.length === 2) return [1];
  const counts = target.classes.map(() => 0);
  for (const code of classCodes(target, test)) counts[code]!++;
  return [...counts.keys()]
    .sort((a, b) => counts[b]! - counts[a]!)
    .slice(0, MAX_CLASSES)
    .sort((a, b) => a - b);
}

const classOf = ({ target }: TrainingData, code: number): string =>
  target.task === 'classification' ? target.classes[code]! : '';

/** All values where they are few; else numbers by their quantiles, labels by how frequent they are. */
function gridOf(input: InputData): (number | string)[] {
  if (input.kind === 'category') {
    const counts = new Map<number, number>();
    for (const code of input.codes) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
    return [...counts]
      .sort(([a, m], [b, n]) => n - m || a - b)
      .slice(0, MAX_POINTS)
      .map(([code]) => input.labels[code]!);
  }
  const sorted = input.values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = firstDistinct(sorted, MAX_POINTS + 1);
  if (distinct.length <= MAX_POINTS) return distinct;
  const points = Array.from({ length: MAX_POINTS }, (_, i) =>
    quantile(sorted, LEAST + ((MOST - LEAST) * i) / (MAX_POINTS - 1)),
  );
  return [...new Set(points)];
}

/** At most so many: whether they are few is found out without looking at all of them. */
function firstDistinct(sorted: Float64Array, most: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < sorted.length && found.length < most; i++)
    if (sorted[i] !== found.at(-1)) found.push(sorted[i]!);
  return found;
}

const constant = (value: number | string, rows: number): InputData =>
  typeof value === 'string'
    ? { kind: 'category', codes: new Int32Array(rows), labels: [value] }
    : { kind: 'number', values: new Float64Array(rows).fill(value) };

/** A column may have many thousand labels, each of which would be looked up for every prediction. */
function withOwnLabels(input: InputData): InputData {
  if (input.kind === 'number') return input;
  const own = [...new Set(input.codes)].filter((code) => code >= 0);
  const positions = new Map(own.map((code, position) => [code, position]));
  return {
    kind: 'category',
    codes: input.codes.map((code) => positions.get(code) ?? -1),
    labels: own.map((code) => input.labels[code]!),
  };
}

function meansOf(predicted: Float64Array, rows: number): number[] {
  const outputs = predicted.length / rows;
  const means = new Array<number>(outputs).fill(0);
  for (let i = 0; i < predicted.length; i++) means[i % outputs]! += predicted[i]! / rows;
  return means;
}

const shown = (value: number | string, { type }: InputColumn) =>
  type === 'datetime' ? new Date(value).toISOString() : value;
