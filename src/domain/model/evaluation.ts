import type { Kysely } from 'kysely';
import {
  type ClassificationEvaluation,
  type Costs,
  type Evaluation,
  precisionRecallCurve,
  rocCurve,
  thresholdTable,
} from '#tabular';
import type { Schema } from '../../adapters/db/schema.ts';
import { AppError } from '../../errors.ts';
import { getArtifact } from './repository.ts';

/**
 * The points that a model is judged by.
 *
 * @param costs of the errors between two classes
 * @throws {AppError} `not_found`, `gone`; `invalid_request` when there are costs and not two classes
 */
export async function evaluationOf(db: Kysely<Schema>, owner: string, id: string, costs: Costs | undefined) {
  const { evaluation } = await getArtifact(db, owner, id);
  if (!evaluation)
    throw new AppError('not_found', 'This model was made before its evaluation was kept. Train it again.');
  if (costs && !isOfTwoClasses(evaluation))
    throw new AppError('invalid_request', 'Costs of errors are those between two classes.');
  if (evaluation.task === 'regression') return evaluation;
  const { partial_dependence } = evaluation;
  return { ...withCurves(evaluation, costs), ...(partial_dependence && { partial_dependence }) };
}

const isOfTwoClasses = (evaluation: Evaluation) =>
  evaluation.task === 'classification' && evaluation.n_classes === 2;

function withCurves(evaluation: ClassificationEvaluation, costs: Costs | undefined) {
  const { task, n_test, n_classes, classes } = evaluation;
  const [positive] = classes;
  return {
    task,
    n_test,
    n_classes,
    classes: classes.map((points) => ({
      class: points.class,
      n_positive: points.n_positive,
      roc: rocCurve(points, n_test),
      precision_recall: precisionRecallCurve(points),
      calibration: points.calibration,
    })),
    thresholds: positive && isOfTwoClasses(evaluation) ? thresholdTable(positive, n_test, costs) : null,
  };
}
