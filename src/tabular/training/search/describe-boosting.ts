import type { BoostingSettings } from '../boosting/boost.ts';
import type { Settings } from '../types.ts';

/** By the names that a user knows them by. */
export function describeBoosting(settings: BoostingSettings): Settings {
  return {
    rounds: settings.rounds,
    learning_rate: settings.learningRate,
    max_leaves: settings.leaves,
    min_leaf_rows: settings.minLeafRows,
    l2: settings.l2,
    feature_fraction: settings.featureFraction,
    row_fraction: settings.rowFraction,
    extra_trees: settings.extraTrees,
  };
}
