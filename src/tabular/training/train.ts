import { availableParallelism } from 'node:os';
import { MODEL_FORMAT, MODEL_VERSION } from '../document.ts';
import type { Table } from '../table.ts';
import { createBudget } from './budget.ts';
import { chooseTransform } from './choose-transform.ts';
import { withColumnMeans } from './column-means.ts';
import { selectInputs } from './columns.ts';
import { crossValidate, foldsToFit } from './cross-validate.ts';
import { fitLight, lightSpecification } from './fit-light.ts';
import { fitModel, type ModelSpecification } from './fit-model.ts';
import { holdOut } from './held-out.ts';
import { checkMemory, memoryShape } from './memory.ts';
import { DEFAULT_BUDGET_SECONDS } from './params.ts';
import { createReporter, roundReporter } from './progress.ts';
import { scoreFolds, testedRows } from './quality/cross-validation.ts';
import { describeQuality, type SharedMetrics } from './quality/describe.ts';
import { evaluate } from './quality/evaluate.ts';
import { permutationImportance } from './quality/importance.ts';
import { calibrate } from './quality/interval-reference.ts';
import { partialDependence } from './quality/partial-dependence.ts';
import { pointsOf } from './quality/points.ts';
import { describeInputs } from './reference.ts';
import { describeBoosting } from './search/describe-boosting.ts';
import { searchAndFit } from './search-and-fit.ts';
import { createSplitter } from './splitter.ts';
import { readTarget } from './target.ts';
import type { TrainingData } from './training-data.ts';
import type { AlgorithmSummary, TrainedRun, TrainHooks, TrainSpec } from './types.ts';
import { findWarnings } from './warnings/find-warnings.ts';
import { whatFollows } from './what-follows.ts';

export { TabularError } from '../error.ts';
export { createCard } from './card.ts';
export { parseParams, type TrainParams } from './params.ts';
export type { TrainedRun, TrainHooks, TrainProgress, TrainSpec } from './types.ts';

/** Neither family alone tells heavy mode which target it had better be fitted on. */
const HALF_TREES = {
  linear: { weight: 0.5, penalty: { l2: 1e-3, perRow: true, estimatesLabels: true } },
  boosting: {
    weight: 0.5,
    members: [
      {
        weight: 1,
        settings: {
          rounds: 100,
          learningRate: 0.1,
          leaves: 15,
          minLeafRows: 20,
          l2: 1,
          featureFraction: 1,
          rowFraction: 1,
          extraTrees: false,
        },
      },
    ],
  },
} as const;

/**
 * Trains a model that predicts `spec.target` from the other columns.
 *
 * A quarter of the rows is held out (seeded, stratified by class, unless `params.split` says otherwise). What is chosen and
 * fitted sees only the rest; the result is measured on the quarter, and then the same specification is fitted again on all
 * rows: that model is kept, the figures are the measured one's. With `spec.validation` all rows are learned from, and the
 * kept model is measured on that. The same table, spec and seed give the same result, unless the time budget cuts the
 * search.
 *
 * Everything runs in memory, without I/O; heavy mode uses worker threads where that pays.
 *
 * @throws TabularError when the table or the parameters cannot give a model
 */
export async function train(table: Table, spec: TrainSpec, hooks: TrainHooks): Promise<TrainedRun> {
  const budget = createBudget(
    spec.params.time_budget_seconds ?? DEFAULT_BUDGET_SECONDS,
    spec.begunAt ?? performance.now(),
  );
  const report = createReporter(hooks);
  report.stage('prepare', 0);
  const target = readTarget(table, spec.target, spec.task);
  const threads = spec.threads ?? availableParallelism();
  const outputs = target.task === 'classification' && target.classes.length > 2 ? target.classes.length : 1;
  checkMemory(memoryShape(table, spec, outputs, threads), spec.memoryLimitMb);
  const { columns, inputs, excluded } = selectInputs(table, spec.target, target.rows, spec);
  const splitter = createSplitter(table, target, spec);
  const data: TrainingData = { columns, inputs, target, splitter };
  const { train: learned, tested, measuredOn, summary } = holdOut(data, spec);
  const options = { seed: spec.seed, threads };

  const light = lightSpecification(target.task, spec.params);
  const transformChoice = await chooseTransform(
    data,
    learned,
    spec.params.target_transform ?? 'auto',
    spec.mode === 'heavy' ? { ...light, ...HALF_TREES } : light,
    options,
  );
  const { transform } = transformChoice;
  const isHeldOut = measuredOn === 'held_out_rows';
  const folds = foldsToFit(data, spec.mode, spec.params);
  const following = whatFollows(data, learned.length, tested.rows.length, isHeldOut, folds);
  const { specification, search, searched, fit, fittedRows, secondsPerRow } =
    spec.mode === 'heavy'
      ? await searchAndFit(data, learned, { transform, budget, following }, spec, options, report)
      : await fitLight(data, learned, { ...light, targetTransform: transform }, options, report);
  const refitSeconds = secondsPerRow > 0 ? secondsPerRow * target.rows.length : undefined;
  const fitAll = async () => {
    if (fittedRows === target.rows.length) return fit;
    report.stage('refit', 0.65, refitSeconds);
    const onRound = roundReporter('refit', report, 0);
    return await fitModel(data, target.rows, specification, { ...options, onRound });
  };
  const measured = isHeldOut ? fit : await fitAll();
  const fitsLeft = folds + Number(isHeldOut);
  report.stage('evaluate', 0.6, refitSeconds === undefined ? undefined : fitsLeft * refitSeconds);
  const quality = evaluate(data, measured.estimator, learned, tested.rows, tested.data);
  const importances = permutationImportance(tested.data, measured, tested.rows, spec.seed);
  const dependence = partialDependence(tested.data, measured.estimator, tested.rows, importances, spec.seed);
  const outOfFold = folds > 0 ? await crossValidate(data, specification, folds, options) : searched;
  const kept = isHeldOut ? await fitAll() : measured;
  report.stage('refit', 1);

  // Residuals of earlier times, by models of less, say less of later ones than the held-out rows do.
  const isCalibratedByFolds = isHeldOut && search === null && splitter.isDrawn;
  const interval = calibrate(
    kept.estimator,
    isCalibratedByFolds && outOfFold
      ? { data, rows: testedRows(outOfFold), predicted: outOfFold.predicted, measuredOn: 'out_of_fold_rows' }
      : { ...tested, predicted: quality.predicted, measuredOn },
  );

  const shared: SharedMetrics = {
    n_samples: target.rows.length,
    n_features: columns.length,
    n_train: learned.length,
    n_test: tested.rows.length,
    n_dropped: target.dropped,
    measured_on: measuredOn,
    split: summary,
    cross_validation:
      outOfFold && scoreFolds(data, outOfFold, search !== null || transformChoice.compared !== null),
    refitted_on: 'all_rows',
    algorithm: summarise(specification, target.rows.length),
    search: search && { ...search, run_seconds: budget.seconds - budget.left() },
    excluded,
    feature_importances: importances,
  };
  const metrics = describeQuality(target, quality, shared, transformChoice, interval.summary);
  return {
    task: target.task,
    model: {
      format: MODEL_FORMAT,
      version: MODEL_VERSION,
      task: target.task,
      target: spec.target,
      classes: target.task === 'classification' ? target.classes : null,
      columns,
      ...(spec.naValues && { naValues: spec.naValues }),
      estimator: withColumnMeans(kept.estimator, inputs, target.rows, spec.seed),
      reference: describeInputs(inputs, target.rows, spec.seed),
      ...(interval.reference && { intervals: interval.reference }),
    },
    metrics,
    evaluation: {
      ...pointsOf(tested.data.target, tested.rows, quality.predicted, spec.seed),
      partial_dependence: dependence,
    },
    warnings: findWarnings(data, metrics, spec),
  };
}

function summarise({ linear, boosting, balanced }: ModelSpecification, rows: number): AlgorithmSummary {
  const isBlend = linear !== null && boosting !== null;
  return {
    name: isBlend ? 'blend' : linear ? 'linear' : 'boosted_trees',
    linear: linear && { l2: linear.penalty.perRow ? linear.penalty.l2 * rows : linear.penalty.l2 },
    boosted_trees:
      boosting?.members.map(({ weight, settings }) => ({ weight, ...describeBoosting(settings) })) ?? null,
    weight_of_trees: boosting?.weight ?? 0,
    class_weight: balanced ? 'balanced' : 'none',
  };
}
