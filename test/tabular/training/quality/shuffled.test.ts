import { expect, test } from 'vitest';
import type { Estimator } from '../../../../src/tabular/document.ts';
import { predictor } from '../../../../src/tabular/scoring/estimators.ts';
import { fitModel } from '../../../../src/tabular/training/fit-model.ts';
import { shuffledPredictor, takeRows } from '../../../../src/tabular/training/quality/shuffled.ts';
import { createRandom, shuffle } from '../../../../src/tabular/training/random.ts';
import { mixedTable } from '../mixed-table.ts';
import { allRows } from '../training-data.ts';

const ROWS = 300;

function fitted(classes: number, families: 'linear' | 'blend') {
  const data = mixedTable(ROWS, classes);
  const penalty = { l2: 1, perRow: false, estimatesLabels: true };
  const trees = {
    rounds: 5,
    learningRate: 0.1,
    leaves: 4,
    minLeafRows: 10,
    l2: 1,
    featureFraction: 1,
    rowFraction: 1,
    extraTrees: false,
  };
  const specification =
    families === 'linear'
      ? { linear: { weight: 1, penalty }, boosting: null, balanced: false, targetTransform: null }
      : {
          linear: { weight: 0.4, penalty },
          boosting: { weight: 0.6, members: [{ weight: 1, settings: trees }] },
          balanced: false,
          targetTransform: null,
        };
  return fitModel(data, allRows(ROWS), specification, { seed: 1, threads: 1 }).then(({ estimator }) => ({
    data,
    estimator: estimator as Estimator,
  }));
}

test.each([
  [0, 'linear'],
  [2, 'linear'],
  [3, 'linear'],
  [0, 'blend'],
  [2, 'blend'],
  [3, 'blend'],
] as const)(
  'a shuffled column is predicted as if all were scored anew: %i classes, %s',
  async (classes, families) => {
    const { data, estimator } = await fitted(classes, families);
    const order = shuffle(allRows(ROWS), createRandom(2));
    const shuffled = shuffledPredictor(estimator, data.inputs, classes);
    data.inputs.forEach((input, position) => {
      const anew = predictor(estimator, classes)(data.inputs.with(position, takeRows(input, order)), null);
      const quick = shuffled(position, order);
      anew.forEach((value, i) => {
        expect(quick[i]).toBeCloseTo(value, 10);
      });
    });
  },
);
