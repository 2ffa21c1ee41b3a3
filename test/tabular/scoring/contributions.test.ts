import { expect, test } from 'vitest';
import type { Estimator, LinearEstimator, TreesEstimator } from '../../../src/tabular/document.ts';
import { explainerOf, scoreExplainer } from '../../../src/tabular/scoring/contributions/explain.ts';
import { linearScores } from '../../../src/tabular/scoring/linear.ts';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import { treeScores } from '../../../src/tabular/scoring/trees.ts';
import { withColumnMeans } from '../../../src/tabular/training/column-means.ts';
import { fitModel } from '../../../src/tabular/training/fit-model.ts';
import { createRandom, type Random } from '../../../src/tabular/training/random.ts';
import { train } from '../../../src/tabular/training/train.ts';
import type { TrainingData } from '../../../src/tabular/training/training-data.ts';
import type { InputData, NumberInput } from '../../../src/tabular/values/inputs.ts';
import { mixedTable } from '../training/mixed-table.ts';
import { allRows } from '../training/training-data.ts';
import reference from './shap-reference.json' with { type: 'json' };

/** Base and contributions of each row. */
function explain(estimator: Estimator, inputs: readonly InputData[], rows: number, output = 0) {
  const explainer = scoreExplainer(estimator)!;
  const explainRow = explainer.read(inputs);
  return Array.from({ length: rows }, (_, row) => {
    const sums = new Float64Array(inputs.length);
    Array.from(explainRow(row, output, 1, sums));
    return { base: explainer.base[output]!, contributions: [...sums] };
  });
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Any trees, with any number of rows in their leaves, none of them included. */
function randomTrees(random: Random, inputs: number, features: number, outputs: number): TreesEstimator {
  const below = (limit: number) => Math.floor(random() * limit);
  const nodes = { feature: [], threshold: [], right: [], missingLeft: [], cover: [] } as Record<
    'feature' | 'threshold' | 'right' | 'missingLeft' | 'cover',
    number[]
  >;
  const grow = (depth: number): number => {
    const node = nodes.feature.length;
    const isLeaf = depth === 0 || (depth < 4 && random() < 0.2);
    nodes.feature.push(isLeaf ? -1 : below(features));
    nodes.threshold.push(random() * 2 - 1);
    nodes.right.push(0);
    nodes.missingLeft.push(isLeaf ? 0 : below(2));
    nodes.cover.push(below(20));
    if (isLeaf) return node;
    const left = grow(depth - 1);
    nodes.right[node] = grow(depth - 1);
    // The root has rows; elsewhere there may be none.
    nodes.cover[node] = nodes.cover[left]! + nodes.cover[nodes.right[node]!]! || 1;
    return node;
  };
  const roots = Array.from({ length: 3 * outputs }, () => grow(5));
  return {
    kind: 'trees',
    encoders: Array.from({ length: features }, (_, f) => ({
      kind: 'number' as const,
      input: f % inputs,
      ...(f >= inputs && { part: 'hour' as const }),
    })),
    base: Array.from({ length: outputs }, () => random()),
    roots,
    ...nodes,
  };
}

/** What the trees give on average of rows of which these columns are known. */
function expectation(
  trees: TreesEstimator,
  features: readonly number[],
  output: number,
  isKnown: (column: number) => boolean,
): number {
  const from = (node: number): number => {
    const f = trees.feature[node]!;
    if (f < 0) return trees.threshold[node]!;
    const [left, right] = [node + 1, trees.right[node]!];
    if (isKnown(trees.encoders[f]!.input)) {
      const value = features[f]!;
      const goesLeft = Number.isNaN(value) ? trees.missingLeft[node] === 1 : value <= trees.threshold[node]!;
      return from(goesLeft ? left : right);
    }
    const share = trees.cover![left]! / trees.cover![node]!;
    return share * from(left) + (trees.cover![right]! / trees.cover![node]!) * from(right);
  };
  const own = trees.roots.filter((_, tree) => tree % trees.base.length === output);
  return trees.base[output]! + sumOf(own.map(from));
}

/** By the definition (Shapley, 1953): the mean of what a column adds, over all orders in which columns become known. */
function shapley(columns: number, worth: (isKnown: (column: number) => boolean) => number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const subsets = Array.from({ length: 2 ** columns }, (_, set) => worth((c) => ((set >> c) & 1) === 1));
  return Array.from({ length: columns }, (_, column) =>
    sumOf(
      subsets.map((value, set) => {
        if ((set >> column) & 1) return 0;
        const size = sumOf(Array.from({ length: columns }, (_, c) => (set >> c) & 1));
        const weight = (factorial(size) * factorial(columns - size - 1)) / factorial(columns);
        return weight * (subsets[set | (1 << column)]! - value);
      }),
    ),
  );
}

test('of trees they are the Shapley values by their definition, for columns of several features and missing values too', () => {
  const random = createRandom(11);
  const [columns, features, rows] = [4, 6, 8];
  for (let model = 0; model < 12; model++) {
    const outputs = model % 3 === 0 ? 3 : 1;
    const trees = randomTrees(random, columns, features, outputs);
    const inputs = Array.from(
      { length: columns },
      (): NumberInput => ({
        kind: 'number',
        values: Float64Array.from({ length: rows }, () => (random() < 0.2 ? Number.NaN : random() * 2 - 1)),
      }),
    );
    const output = outputs - 1;
    const scores = treeScores(trees)(inputs, null);
    explain(trees, inputs, rows, output).forEach(({ base, contributions }, row) => {
      const values = trees.encoders.map(({ input, ...encoder }) => {
        const value = inputs[input]!.values[row]!;
        return 'part' in encoder && !Number.isNaN(value) ? (value < 0 ? 23 : 0) : value;
      });
      const exact = shapley(columns, (isKnown) => expectation(trees, values, output, isKnown));
      contributions.forEach((value, c) => {
        expect(value, `model ${model}, row ${row}, column ${c}`).toBeCloseTo(exact[c]!, 10);
      });
      expect(base).toBeCloseTo(
        expectation(trees, values, output, () => false),
        10,
      );
      expect(base + sumOf(contributions)).toBeCloseTo(scores[row * outputs + output]!, 10);
    });
  }
});

test('of trees they are those of Python’s shap', () => {
  const { trees, rows, expected_value, shap_values } = reference;
  const estimator: TreesEstimator = {
    kind: 'trees',
    encoders: rows[0]!.map((_, input) => ({ kind: 'number', input })),
    missingLeft: trees.feature.map(() => 0),
    ...trees,
  };
  const inputs = rows[0]!.map(
    (_, c): NumberInput => ({ kind: 'number', values: Float64Array.from(rows, (row) => row[c]!) }),
  );
  explain(estimator, inputs, rows.length).forEach(({ base, contributions }, row) => {
    expect(base).toBeCloseTo(expected_value, 8);
    contributions.forEach((value, c) => {
      expect(value, `row ${row}, column ${c}`).toBeCloseTo(shap_values[row]![c]!, 8);
    });
  });
});

const ROWS = 300;

async function fitted(
  classes: number,
  families: 'linear' | 'trees' | 'blend',
): Promise<{ data: TrainingData; estimator: Estimator }> {
  const data = mixedTable(ROWS, classes);
  const penalty = { l2: 1, perRow: false, estimatesLabels: true };
  const settings = { rounds: 12, learningRate: 0.1, leaves: 8, minLeafRows: 10, l2: 1 };
  // Two members, of which one learns from a part of the rows and looks at random cuts.
  const members = [0.7, 1].map((rowFraction) => ({
    weight: rowFraction === 1 ? 0.6 : 0.4,
    settings: { ...settings, featureFraction: 1, rowFraction, extraTrees: rowFraction < 1 },
  }));
  const { estimator } = await fitModel(
    data,
    allRows(ROWS),
    {
      linear: families === 'trees' ? null : { weight: 0.4, penalty },
      boosting: families === 'linear' ? null : { weight: 0.6, members },
      balanced: false,
      targetTransform: null,
    },
    { seed: 1, threads: 1 },
  );
  return { data, estimator: withColumnMeans(estimator, data.inputs, allRows(ROWS), 1) };
}

const scoresOf = (estimator: Estimator, inputs: readonly InputData[]): Float64Array => {
  if (estimator.kind === 'transformed_target') return scoresOf(estimator.estimator, inputs);
  if (estimator.kind === 'linear') return linearScores(estimator)(inputs, null);
  if (estimator.kind === 'trees') return treeScores(estimator)(inputs, null);
  const parts = estimator.members.map(({ weight, estimator: member }) =>
    scoresOf(member, inputs).map((score) => weight * score),
  );
  return parts[0]!.map((_, i) => sumOf(parts.map((part) => part[i]!)));
};

test.each([
  [0, 'linear'],
  [2, 'trees'],
  [3, 'linear'],
  [3, 'trees'],
  [0, 'blend'],
  [2, 'blend'],
  [3, 'blend'],
] as const)(
  'base and contributions sum to the score of every row: %i classes, %s',
  async (classes, families) => {
    const { data, estimator } = await fitted(classes, families);
    const outputs = classes > 2 ? classes : 1;
    const scores = scoresOf(estimator, data.inputs);
    for (let output = 0; output < outputs; output++)
      explain(estimator, data.inputs, ROWS, output).forEach(({ base, contributions }, row) => {
        expect(base + sumOf(contributions)).toBeCloseTo(scores[row * outputs + output]!, 9);
      });
  },
);

test.each(['light', 'heavy'] as const)(
  'of a %s model of a target’s logarithm they sum to the logarithm of what is predicted',
  async (mode) => {
    const random = createRandom(43);
    const numbers = (name: string, value: () => number) => ({
      kind: 'number' as const,
      name,
      values: Float64Array.from({ length: ROWS }, value),
    });
    const [x, z] = [numbers('x', random), numbers('z', random)];
    const price = x.values.map((value, i) => Math.exp(3 * value + z.values[i]! + 0.1 * random()));
    const { model } = await train(
      { rows: ROWS, columns: [x, z, { kind: 'number', name: 'price', values: price }] },
      { mode, target: 'price', seed: 1, threads: 1, params: { target_transform: 'log' } },
      { onProgress() {} },
    );
    const rows = [
      { x: 0.2, z: 0.9 },
      { x: null, z: 0.1 },
    ];
    const predicted = loadModel(model).predict(rows);
    const explanation = await explainerOf(model)!(rows, predicted);
    expect(explanation.scale).toBe('log');
    explanation.rows.forEach(({ base_value, contributions }, row) => {
      const sum = base_value + sumOf(contributions.map(({ value }) => value));
      expect(Math.exp(sum)).toBeCloseTo(predicted.predictions[row] as number, 9);
    });
  },
);

test('of a linear model a column’s contributions are its own part of the score, and 0 on average over the rows', async () => {
  const { data, estimator } = await fitted(0, 'linear');
  const rows = explain(estimator, data.inputs, ROWS);
  data.inputs.forEach((_, c) => {
    expect(sumOf(rows.map(({ contributions }) => contributions[c]!)) / ROWS).toBeCloseTo(0, 10);
  });
  const changed = data.inputs.with(2, { kind: 'number', values: new Float64Array(ROWS).fill(0.25) });
  const other = explain(estimator, changed, ROWS);
  const [before, after] = [estimator, estimator].map((model, i) =>
    linearScores(model as LinearEstimator)(i === 0 ? data.inputs : changed, null),
  );
  other.forEach(({ contributions }, row) => {
    const moved = contributions[2]! - rows[row]!.contributions[2]!;
    expect(moved).toBeCloseTo(after![row]! - before![row]!, 10);
    expect(contributions.with(2, 0)).toEqual(rows[row]!.contributions.with(2, 0));
  });
});

test('the trees of a model say how many of the rows it learned from came to each node', async () => {
  const { estimator } = await fitted(2, 'trees');
  const { roots, feature, right, cover } = estimator as TreesEstimator;
  const inner = feature.flatMap((f, node) => (f < 0 ? [] : [node]));
  expect(inner.length).toBeGreaterThan(40);
  for (const node of inner) expect(cover![node]).toBe(cover![node + 1]! + cover![right[node]!]!);
  expect(new Set(roots.map((root) => cover![root]))).toEqual(new Set([0.7 * ROWS, ROWS]));
});

test('models from before contributions have none', async () => {
  const { estimator } = await fitted(2, 'blend');
  if (estimator.kind !== 'blend') throw new Error('A blend was fitted');
  const old = estimator.members.map(({ weight, estimator: member }) => {
    const kept = Object.entries(member).filter(([name]) => name !== 'cover' && name !== 'means');
    expect(kept).toHaveLength(Object.keys(member).length - 1);
    return { weight, estimator: Object.fromEntries(kept) as unknown as LinearEstimator };
  });
  expect(scoreExplainer({ kind: 'blend', members: old })).toBeNull();
});
