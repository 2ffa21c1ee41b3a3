import type { Estimator, LinearEstimator, TreesEstimator } from '../../model/scoring/document.ts';
import type { BoostingSettings } from './boosting/boost.ts';
import { createPool } from './boosting/pool.ts';
import { prepareTable } from './boosting/prepare.ts';
import { gainShares, treesEstimator } from './boosting/trees-estimator.ts';
import { fitLinear } from './linear/fit.ts';
import { splitRows } from './split.ts';
import type { TrainingData } from './training-data.ts';

/** How to fit a model on any rows. Weights are positive and sum to 1. */
export interface Recipe {
  readonly linear: { readonly weight: number; readonly penalty: Penalty } | null;
  readonly boosting: (BoostingRecipe & { readonly weight: number }) | null;
  readonly balanced: boolean;
}

/** A penalty per row grows with the sum over rows it stands beside. */
export interface Penalty {
  readonly l2: number;
  readonly perRow: boolean;
}

export interface BoostingRecipe {
  /** One model each, of which the mean is taken; the best settings first. */
  readonly members: readonly BoostingSettings[];
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
interface MemberFit extends Fit {
  readonly estimator: LinearEstimator | TreesEstimator;
}

export async function fitRecipe(
  data: TrainingData,
  rows: Int32Array,
  recipe: Recipe,
  options: FitOptions,
): Promise<Fit> {
  const { linear, boosting, balanced } = recipe;
  const fits: MemberFit[] = [];
  if (linear) fits.push(fitPenalised(data, rows, linear.penalty, balanced));
  if (boosting) fits.push(await fitBoosting(data, rows, boosting, balanced, options));
  return blendFits(recipe, fits);
}

/** @param fits of the recipe's families, linear first */
function blendFits({ linear, boosting }: Recipe, fits: readonly MemberFit[]): Fit {
  if (fits.length === 1) return fits[0]!;
  const weights = [linear!.weight, boosting!.weight];
  return {
    estimator: {
      kind: 'blend',
      members: fits.map(({ estimator }, m) => ({ weight: weights[m]!, estimator })),
    },
    gains: fits[1]!.gains,
  };
}

function fitPenalised(data: TrainingData, rows: Int32Array, penalty: Penalty, balanced: boolean): MemberFit {
  const l2 = penalty.perRow ? penalty.l2 * rows.length : penalty.l2;
  return { estimator: fitLinear(data, rows, { l2, balanced }), gains: null };
}

async function fitBoosting(
  data: TrainingData,
  rows: Int32Array,
  { members }: BoostingRecipe,
  balanced: boolean,
  { seed, threads, onRound }: FitOptions,
): Promise<MemberFit> {
  const table = prepareTable(data, rows, [{ train: rows, watched: new Int32Array(0) }], { balanced, seed });
  const leaves = Math.max(...members.map((settings) => settings.leaves));
  await using pool = createPool(table, leaves, threads, members.length);
  const models = await Promise.all(
    members.map((settings, m) =>
      pool.run({ part: 0, settings, seed: seed + m }, (round) => onRound?.(round, settings.rounds)),
    ),
  );
  return {
    estimator: treesEstimator(models, table.features[0]!, table),
    gains: gainShares(models, table.features[0]!, data.inputs.length),
  };
}

const WATCHED_SHARE = 0.1;
const MAX_WATCHED = 50_000;

/**
 * Finds the number of rounds for these rows: boosting goes on until a tenth of them (at most 50 000) gains nothing
 * more. For many more rows than the search saw, or where it was still gaining at its limit.
 *
 * @param settings the recipe's only member, with the most rounds to try
 * @returns the recipe with that number, and the fit it was found with
 */
export async function fitUntilItStops(
  data: TrainingData,
  rows: Int32Array,
  recipe: Recipe,
  { patience, ...settings }: BoostingSettings & { readonly patience: number },
  expectedRounds: number,
  { seed, threads, onRound }: FitOptions,
): Promise<{ readonly recipe: Recipe; readonly fit: Fit }> {
  const { linear, boosting, balanced } = recipe;
  if (!boosting) throw new Error('Only boosting has rounds to find');
  const codes = data.target.task === 'classification' ? data.target.codes : undefined;
  const { train, test } = splitRows(rows, Math.min(WATCHED_SHARE, MAX_WATCHED / rows.length), seed, codes);
  const table = prepareTable(data, rows, [{ train, watched: test }], { balanced, seed });
  await using pool = createPool(table, settings.leaves, threads, 1);
  const model = await pool.run({ part: 0, settings, patience, seed }, (round) =>
    onRound?.(round, Math.max(round, expectedRounds)),
  );
  const rounds = Math.max(1, model.curve.indexOf(Math.min(...model.curve)));
  const fits: MemberFit[] = linear ? [fitPenalised(data, rows, linear.penalty, balanced)] : [];
  fits.push({
    estimator: treesEstimator([model], table.features[0]!, table, rounds),
    gains: gainShares([model], table.features[0]!, data.inputs.length, rounds),
  });
  return {
    recipe: { ...recipe, boosting: { ...boosting, members: [{ ...settings, rounds }] } },
    fit: blendFits(recipe, fits),
  };
}
