import type {
  Estimator,
  FittedEstimator,
  LinearEstimator,
  TargetTransform,
  TreesEstimator,
} from '../document.ts';
import type { BoostingSettings } from './boosting/boost.ts';
import { createFitPool } from './boosting/fit-pool.ts';
import { prepareTable } from './boosting/prepare.ts';
import { gainShares, treesEstimator } from './boosting/trees-estimator.ts';
import { fitLinear } from './linear/fit.ts';
import { type TrainingData, transformTarget } from './training-data.ts';

/** How to fit a model on any rows. Weights are positive and sum to 1. */
export interface ModelSpecification {
  readonly linear: { readonly weight: number; readonly penalty: Penalty } | null;
  readonly boosting: (BoostingSpecification & { readonly weight: number }) | null;
  readonly balanced: boolean;
  /** Of a regression: what is fitted is this function of the target. */
  readonly targetTransform: TargetTransform | null;
}

/** A penalty per row grows with the sum over rows it stands beside. */
export interface Penalty {
  readonly l2: number;
  readonly perRow: boolean;
  /** Whether it is of numbers alone, and each column's labels have one by how much they differ. */
  readonly estimatesLabels: boolean;
}

export interface BoostingSpecification {
  /** One model each, of which the weighted mean is taken; the heaviest first. Weights sum to 1. */
  readonly members: readonly BoostingMember[];
}

export interface BoostingMember {
  readonly weight: number;
  readonly settings: BoostingSettings;
}

export interface FitOptions {
  readonly seed: number;
  readonly threads: number;
  /** How far a long fit is: rounds done of all, where that is known. */
  readonly onRound?: (round: number, rounds: number) => void;
}

export interface Fit {
  readonly estimator: Estimator;
  /** Each input's share of the trees' gain, by position; null without trees. */
  readonly gains: Float64Array | null;
}

/** A fit of one family, to be used alone or blended. */
interface MemberFit {
  readonly estimator: LinearEstimator | TreesEstimator;
  readonly gains: Float64Array | null;
}

export async function fitModel(
  data: TrainingData,
  rows: Int32Array,
  specification: ModelSpecification,
  options: FitOptions,
): Promise<Fit> {
  const { linear, boosting, balanced, targetTransform } = specification;
  const fitted = transformTarget(data, targetTransform);
  const fits: MemberFit[] = [];
  if (linear) fits.push(fitPenalised(fitted, rows, linear.penalty, balanced));
  if (boosting) fits.push(await fitBoosting(fitted, rows, boosting, balanced, options));
  return blendFits(specification, fits);
}

/** @param fits of the specification's families, linear first */
function blendFits(
  { linear, boosting, targetTransform: transform }: ModelSpecification,
  fits: readonly MemberFit[],
): Fit {
  const weights = [linear?.weight, boosting?.weight].filter((weight) => weight !== undefined);
  const estimator: FittedEstimator =
    fits.length === 1
      ? fits[0]!.estimator
      : { kind: 'blend', members: fits.map((fit, m) => ({ weight: weights[m]!, estimator: fit.estimator })) };
  return {
    estimator: transform ? { kind: 'transformed_target', transform, estimator } : estimator,
    gains: fits.at(-1)!.gains,
  };
}

function fitPenalised(data: TrainingData, rows: Int32Array, penalty: Penalty, balanced: boolean): MemberFit {
  const l2 = penalty.perRow ? penalty.l2 * rows.length : penalty.l2;
  return {
    estimator: fitLinear(data, rows, { l2, estimatesLabels: penalty.estimatesLabels, balanced }),
    gains: null,
  };
}

async function fitBoosting(
  data: TrainingData,
  rows: Int32Array,
  { members }: BoostingSpecification,
  balanced: boolean,
  { seed, threads, onRound }: FitOptions,
): Promise<MemberFit> {
  const table = prepareTable(data, rows, [{ train: rows, validation: new Int32Array(0) }], {
    balanced,
    seed,
  });
  const leaves = Math.max(...members.map(({ settings }) => settings.leaves));
  await using pool = createFitPool(table, leaves, threads, members.length);
  const models = await Promise.all(
    members.map(({ settings }, m) =>
      pool.run({ part: 0, settings, seed: seed + m }, (round) => onRound?.(round, settings.rounds)),
    ),
  );
  const weights = members.map(({ weight }) => weight);
  return {
    estimator: treesEstimator(models, table.features[0]!, table, { weights }),
    gains: gainShares(models, table.features[0]!, data.inputs.length, { weights }),
  };
}

/** What a fit goes on until. */
export interface RoundLimits {
  readonly rounds: number;
  /** Rounds without gain. */
  readonly patience: number;
  /** Not before so many rounds as `patience`. */
  readonly seconds: number;
}

const VALIDATION_SHARE = 0.1;
const MAX_VALIDATION_ROWS = 50_000;

interface RoundsFound {
  readonly specification: ModelSpecification;
  readonly fit: Fit;
  readonly fittedRows: number;
  /** Whether its time ended it. */
  readonly isCut: boolean;
}

/**
 * Finds the number of rounds for these rows: boosting goes on until a tenth of them (at most 50 000) gains nothing
 * more. For many more rows than the search saw, or where it was still gaining at its limit.
 *
 * @param member the specification's only one
 * @returns the specification with that number, and the fit it was found with
 */
export async function fitUntilItStops(
  given: TrainingData,
  rows: Int32Array,
  specification: ModelSpecification,
  member: BoostingSettings,
  { rounds: mostRounds, patience, seconds }: RoundLimits,
  { seed, threads, onRound }: FitOptions,
): Promise<RoundsFound> {
  const { linear, boosting, balanced } = specification;
  if (!boosting) throw new Error('Only boosting has rounds to find');
  const share = Math.min(VALIDATION_SHARE, MAX_VALIDATION_ROWS / rows.length);
  const data = transformTarget(given, specification.targetTransform);
  const { train, test } = data.splitter.holdOut(rows, share, seed);
  const table = prepareTable(data, rows, [{ train, validation: test }], { balanced, seed });
  await using pool = createFitPool(table, member.leaves, threads, 1);
  const settings = { ...member, rounds: mostRounds };
  const limit = { seconds, minRounds: patience };
  const model = await pool.run({ part: 0, settings, patience, limit, seed }, (round) =>
    onRound?.(round, Math.max(round, member.rounds)),
  );
  const rounds = Math.max(1, model.curve.indexOf(Math.min(...model.curve)));
  const fits: MemberFit[] = linear ? [fitPenalised(data, rows, linear.penalty, balanced)] : [];
  fits.push({
    estimator: treesEstimator([model], table.features[0]!, table, { rounds }),
    gains: gainShares([model], table.features[0]!, data.inputs.length, { rounds }),
  });
  return {
    specification: {
      ...specification,
      boosting: { ...boosting, members: [{ weight: 1, settings: { ...member, rounds } }] },
    },
    fit: blendFits(specification, fits),
    fittedRows: train.length,
    isCut: model.isCut,
  };
}
