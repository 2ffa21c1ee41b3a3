import { quote } from '../../quote.ts';
import type { ClassTarget, NumberTarget, Target } from '../target.ts';
import { targetValues } from '../training-data.ts';
import type { TrainingMetrics, TrainingWarning, TrainSpec } from '../types.ts';

/** Of a class with fewer rows, hardly more than two are held out. */
const FEW_ROWS = 10;
/** The most frequent class has so many times the rows of the rarest. */
const IMBALANCED = 10;
/** Of fewer rows, a hundredth is one or none. */
const MIN_ROWS_OF_TAIL = 100;
const TAIL = 0.01;
/** Of the variance, in the tail: of a normal distribution it is 9 %, of an exponential one 22 %. */
const HEAVY = 0.4;

export function targetWarnings(
  target: Target,
  spec: Pick<TrainSpec, 'target' | 'params'>,
  metrics: TrainingMetrics,
): TrainingWarning[] {
  if (target.task === 'classification') return classWarnings(target, spec);
  const isTransformed = metrics.task === 'regression' && metrics.target_transform.name !== 'none';
  return tailWarnings(target, spec.target, isTransformed);
}

function classWarnings(
  { classes, codes, rows }: ClassTarget,
  { target, params }: Pick<TrainSpec, 'target' | 'params'>,
): TrainingWarning[] {
  const counts = new Int32Array(classes.length);
  for (const row of rows) counts[codes[row]!]!++;
  let [rarest, largest] = [0, 0];
  counts.forEach((count, k) => {
    if (count < counts[rarest]!) rarest = k;
    if (count > counts[largest]!) largest = k;
  });
  const [least, most] = [counts[rarest]!, counts[largest]!];
  const warnings: TrainingWarning[] = [];
  if (least < FEW_ROWS) {
    const few = counts.filter((count) => count < FEW_ROWS).length;
    const whose =
      few === 1
        ? `Class ${quote(classes[rarest]!)} has only ${rowsOf(least)}`
        : `${few} classes have fewer than ${FEW_ROWS} rows, ${quote(classes[rarest]!)} only ${least}`;
    const message = `${whose}: too few to learn from, and to say how well it was learned.`;
    warnings.push({ code: 'few_rows_per_class', column: target, message });
  }
  if (most >= least * IMBALANCED) {
    const advice = params.class_weight === 'balanced' ? '' : ', and consider class_weight "balanced"';
    const message = `Class ${quote(classes[largest]!)} has ${most} rows, ${quote(classes[rarest]!)} ${least}: accuracy says little then; look at recall, f1 and roc_auc${advice}.`;
    warnings.push({ code: 'imbalance', column: target, message });
  }
  return warnings;
}

function tailWarnings(target: NumberTarget, name: string, isTransformed: boolean): TrainingWarning[] {
  const values = targetValues(target, target.rows);
  if (values.length < MIN_ROWS_OF_TAIL) return [];
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const squares = values.map((value) => (value - mean) ** 2).sort();
  const tail = Math.ceil(values.length * TAIL);
  const share = sum(squares.subarray(-tail)) / sum(squares);
  if (!(share >= HEAVY)) return [];
  const effect = isTransformed
    ? 'r2 and mse are of them above all, though the model is fitted on a logarithm; mae and median_absolute_error say more. Look whether these values are right.'
    : 'the model is fitted and measured on them above all. Look whether these values are right, or train with target_transform "log".';
  const message = `${rowsOf(tail)} of ${values.length} make ${Math.round(share * 100)} % of the variance of ${quote(name)}: ${effect}`;
  return [{ code: 'heavy_tailed_target', column: name, message }];
}

const rowsOf = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`;

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
