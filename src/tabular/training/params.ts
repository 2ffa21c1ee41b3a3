import { TabularError } from '../error.ts';
import type { Mode } from '../table.ts';
import { isSplitParam, SPLIT_RULE, type SplitParam } from './split-params.ts';

/** Of `time_budget_seconds`. */
export const DEFAULT_BUDGET_SECONDS = 120;

/** Hyper-parameters a client may set; each has a default. */
export interface TrainParams {
  /**
   * Light: strength of the squared penalty on the weights of standardised features; `l2 / 2 · Σ w²` is added to
   * the summed log loss (scikit-learn's `C` is its inverse), `l2 · Σ w²` to the summed squared error
   * (scikit-learn's `alpha`). Default: 1 for classification, 10⁻⁹ a row for regression; of labels' weights, by how much
   * the labels of their column differ.
   */
  readonly l2?: number;
  /** Classification: `balanced` gives every class the same total weight. Default `none`. */
  readonly class_weight?: ClassWeight;
  /** By what rows are held out, and parted within the search. Default: at random, each class in the same proportion. */
  readonly split?: SplitParam;
  /**
   * Regression: whether the model is fitted on the logarithm of the target. `auto`, the default: of a skewed one, where
   * that helps on held-out training rows.
   */
  readonly target_transform?: TargetTransformParam;
  /** The dataset that quality is measured on, instead of on held-out rows; whoever calls `train` gives its table. */
  readonly validation_dataset_id?: string;
  /**
   * In how many folds the recipe is fitted anew, to say how much its figures vary; 0: in none. Default: light 5, where that
   * costs little; heavy 0, since its search has folds.
   */
  readonly cross_validation?: number;
  /** Heavy: how many candidates are compared at most; the linear family is one. Default 13. */
  readonly max_trials?: number;
  /**
   * Heavy: what the whole run may take, from the reading of its table to its model. No candidate is begun that would leave
   * too little of it for the fits that follow, the first two excepted, and boosting ends early where it must. The default
   * is 120. Where it cuts anything, the result depends on the machine's speed.
   */
  readonly time_budget_seconds?: number;
}

const CLASS_WEIGHTS = ['none', 'balanced'] as const;
export type ClassWeight = (typeof CLASS_WEIGHTS)[number];
const TARGET_TRANSFORMS = ['auto', 'none', 'log'] as const;
export type TargetTransformParam = (typeof TARGET_TRANSFORMS)[number];

type Rule = { readonly modes: readonly Mode[]; readonly says: string; accepts(value: unknown): boolean };

const RULES: Readonly<Record<keyof TrainParams, Rule>> = {
  l2: { modes: ['light'], says: 'a number from 0 to 1e9', accepts: (v) => isNumber(v, 0, 1e9) },
  class_weight: {
    modes: ['light', 'heavy'],
    says: CLASS_WEIGHTS.map((name) => `"${name}"`).join(' or '),
    accepts: (v) => (CLASS_WEIGHTS as readonly unknown[]).includes(v),
  },
  split: { modes: ['light', 'heavy'], says: SPLIT_RULE, accepts: isSplitParam },
  target_transform: {
    modes: ['light', 'heavy'],
    says: TARGET_TRANSFORMS.map((name) => `"${name}"`).join(' or '),
    accepts: (v) => (TARGET_TRANSFORMS as readonly unknown[]).includes(v),
  },
  validation_dataset_id: {
    modes: ['light', 'heavy'],
    says: 'the id of a dataset',
    accepts: (v) => typeof v === 'string' && v !== '',
  },
  cross_validation: {
    modes: ['light', 'heavy'],
    says: '0 or a whole number from 2 to 10',
    accepts: (v) => v === 0 || (isNumber(v, 2, 10) && Number.isInteger(v)),
  },
  max_trials: {
    modes: ['heavy'],
    says: 'a whole number from 1 to 200',
    accepts: (v) => isNumber(v, 1, 200) && Number.isInteger(v),
  },
  time_budget_seconds: {
    modes: ['heavy'],
    says: 'a number from 1 to 86400',
    accepts: (v) => isNumber(v, 1, 86_400),
  },
};

/**
 * The parameters of a training request, checked. undefined and null stand for none.
 *
 * @throws TabularError `bad_params` naming what is unknown or out of range
 */
export function parseParams(params: unknown, mode: Mode): TrainParams {
  if (params === undefined || params === null) return {};
  if (typeof params !== 'object' || Array.isArray(params)) {
    throw new TabularError('bad_params', 'params must be an object.');
  }
  const faults = Object.entries(params).flatMap(([name, value]) => fault(name, value, mode));
  if (faults.length > 0) throw new TabularError('bad_params', faults.slice(0, 10).join(' '));
  const checked: TrainParams = { ...params };
  if (checked.validation_dataset_id !== undefined && checked.split?.test_fraction !== undefined)
    throw new TabularError(
      'bad_params',
      'With "validation_dataset_id" no rows are held out: "split" has no "test_fraction" then.',
    );
  return checked;
}

function fault(name: string, value: unknown, mode: Mode): string[] {
  const shown = JSON.stringify(name.slice(0, 100));
  const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof TrainParams] : undefined;
  if (!rule?.modes.includes(mode)) {
    const known = Object.entries(RULES).filter(([, { modes }]) => modes.includes(mode));
    return [`Unknown parameter ${shown}; mode ${mode} has ${known.map(([key]) => key).join(', ')}.`];
  }
  return rule.accepts(value) ? [] : [`Parameter ${shown} must be ${rule.says}.`];
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
