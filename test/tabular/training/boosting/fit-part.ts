import type { TreesEstimator } from '../../../../src/tabular/document.ts';
import type { BoostedTrees, BoostingSettings } from '../../../../src/tabular/training/boosting/boost.ts';
import { createFitPool } from '../../../../src/tabular/training/boosting/fit-pool.ts';
import { prepareTable } from '../../../../src/tabular/training/boosting/prepare.ts';
import type { BoostingTask } from '../../../../src/tabular/training/boosting/runner.ts';
import { treesEstimator } from '../../../../src/tabular/training/boosting/trees-estimator.ts';
import type { TrainingData } from '../../../../src/tabular/training/training-data.ts';

const PLAIN: BoostingSettings = {
  rounds: 10,
  learningRate: 0.1,
  leaves: 8,
  minLeafRows: 20,
  l2: 1,
  featureFraction: 1,
  rowFraction: 1,
  extraTrees: false,
};

/** Boosted trees on `train`, validated on `validation` where a patience is given. */
export async function fitPart(
  data: TrainingData,
  settings: Partial<BoostingSettings>,
  {
    train = data.target.rows,
    validation = new Int32Array(0),
    patience,
    limit,
    balanced = false,
    threads = 1,
    tasks = 1,
  }: {
    train?: Int32Array;
    validation?: Int32Array;
    patience?: number;
    limit?: BoostingTask['limit'];
    balanced?: boolean;
    threads?: number;
    /** More than one are divided among the threads; one they do together. */
    tasks?: number;
  } = {},
): Promise<{ model: BoostedTrees; estimator: TreesEstimator }> {
  const table = prepareTable(data, data.target.rows, [{ train, validation }], { balanced, seed: 1 });
  const used = { ...PLAIN, ...settings };
  await using pool = createFitPool(table, used.leaves, threads, tasks);
  const model = await pool.run({
    part: 0,
    settings: used,
    seed: 1,
    ...(patience !== undefined && { patience }),
    ...(limit && { limit }),
  });
  return { model, estimator: treesEstimator([model], table.features[0]!, table) };
}
