import { NodeWriter } from '../../kernel/kernel.ts';
import { createRandom, sample } from '../random.ts';
import { TreeGrower, type TreeSettings } from './grow-tree.ts';
import type { BinnedMatrix } from './matrix.ts';
import type { Tree } from './tree.ts';
import { type TreeList, TreeListBuilder } from './tree-list.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { Workspace } from './workspace.ts';

export interface BoostingSettings extends TreeSettings {
  /** At most so many rounds; a round grows one tree for each output. */
  readonly rounds: number;
  readonly learningRate: number;
  /** Share of the rows a round learns from. */
  readonly rowFraction: number;
}

export interface BoostingProblem {
  readonly workers: WorkerPool;
  readonly memory: WebAssembly.Memory;
  readonly workspace: Workspace;
  readonly matrix: BinnedMatrix;
  /** This list and the validation rows lie in `memory`. */
  readonly train: Int32Array;
  /** Early stopping: rows the loss is measured on; training ends when it has not fallen for `patience` rounds. */
  readonly validation?: { readonly rows: Int32Array; readonly patience: number };
  /** So long it may take, where so few rounds are enough; absent: as long as it does. */
  readonly limit?: { readonly seconds: number; readonly minRounds: number };
  readonly seed: number;
}

export interface BoostedTrees {
  /** Constant margins the trees add to. */
  readonly base: Float64Array;
  /** Tree t adds to output t mod outputs; values include the learning rate. */
  readonly trees: TreeList;
  /** Validation loss after each round; `curve[0]` is the base's. Empty without `validation`. */
  readonly curve: Float64Array;
  /** Whether its time was over before anything else ended it. */
  readonly isCut: boolean;
}

/** A validation loss has to fall by this share to count as falling. */
const MIN_RELATIVE_GAIN = 2e-3;

/**
 * Gradient boosting of second order (Friedman, 2001; Chen & Guestrin, 2016) on a binned matrix.
 *
 * @param onRound called after each round
 */
export function boost(
  problem: BoostingProblem,
  settings: BoostingSettings,
  onRound: (round: number) => void = () => {},
): BoostedTrees {
  const { workers, matrix, train, validation, limit } = problem;
  const began = performance.now();
  const isOver = (round: number) =>
    limit !== undefined && round >= limit.minRounds && performance.now() - began > 1000 * limit.seconds;
  const { objective } = workers;
  const { outputs } = objective;
  const grower = new TreeGrower(workers, problem.memory, matrix, problem.workspace);
  const random = createRandom(problem.seed, 'boost');
  const base = objective.base(train);
  const margins = new Float64Array(problem.memory.buffer, problem.workspace.margins, matrix.rows * outputs);
  for (let i = 0; i < margins.length; i++) margins[i] = base[i % outputs]!;
  const trees = new TreeListBuilder();
  const curve = validation ? [objective.loss(margins, validation.rows)] : [];
  let best = 0;
  let bestLoss = curve[0] ?? 0;
  let isCut = false;
  for (let round = 1; round <= settings.rounds; round++) {
    const rows =
      settings.rowFraction < 1
        ? sample(train, Math.max(2, Math.round(train.length * settings.rowFraction)), random)
        : train;
    grower.take(rows);
    workers.beginRound(rows.length);
    let grew = false;
    for (let k = 0; k < outputs; k++) {
      // Growing a tree has put them in its order.
      if (k > 0) grower.take(rows);
      workers.gradients(k, rows.length);
      const tree = grower.grow(rows.length, settings, random, (value, leafRows) => {
        if (rows !== train) return;
        const step = value * settings.learningRate;
        for (let i = 0; i < leafRows.length; i++) margins[leafRows[i]! * outputs + k]! += step;
      });
      for (let node = 0; node < tree.value.length; node++) tree.value[node]! *= settings.learningRate;
      if (rows !== train) addTree(problem, tree, train, k);
      if (validation) addTree(problem, tree, validation.rows, k);
      trees.add(tree);
      grew ||= tree.feature[0]! >= 0;
    }
    onRound(round);
    if (validation) {
      curve.push(objective.loss(margins, validation.rows));
      if (curve[round]! < bestLoss * (1 - MIN_RELATIVE_GAIN)) {
        best = round;
        bestLoss = curve[round]!;
      } else if (round - best >= validation.patience) {
        break;
      }
    }
    // Sampled rows may allow a split again in the next round; the whole will not.
    if (!grew && rows === train && settings.featureFraction === 1) break;
    isCut = round < settings.rounds && isOver(round);
    if (isCut) break;
  }
  return { base, trees: trees.finish(), curve: Float64Array.from(curve), isCut };
}

/** Adds the tree's values to output k of the given rows. */
function addTree(
  { workers, memory, matrix, workspace }: BoostingProblem,
  tree: Tree,
  rows: Int32Array,
  k: number,
): void {
  const { columns } = matrix;
  const writer = new NodeWriter(memory, workspace.nodes, tree.feature.length);
  for (let node = 0; node < tree.feature.length; node++) {
    const feature = tree.feature[node]!;
    if (feature < 0) {
      writer.leaf(node, 0, columns[0]!.address, tree.value[node]!);
      continue;
    }
    const { address, bins } = columns[feature]!;
    const by = {
      column: address,
      bin: tree.bin[node]!,
      missing: bins,
      missingLeft: tree.missingLeft[node]!,
    };
    writer.split(node, 0, by, tree.left[node]!, tree.right[node]!);
  }
  const out = workspace.margins + 8 * k;
  workers.kernel.addLeaves(workspace.nodes, rows.byteOffset, rows.length, out, 8 * workers.objective.outputs);
}
