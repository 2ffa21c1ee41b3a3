import { createRandom } from '../../../src/tabular/training/random.ts';
import type { TrainingData } from '../../../src/tabular/training/training-data.ts';
import { trainingData } from './training-data.ts';

/**
 * Numbers and labels, missing ones among them, a column of days, and a target that most of them say something of.
 * @param classes of the target; 0: it is a number
 */
export function mixedTable(rows: number, classes: number): TrainingData {
  const random = createRandom(41);
  const values = () => Float64Array.from({ length: rows }, (_, i) => (i % 17 === 0 ? Number.NaN : random()));
  const town = Int32Array.from({ length: rows }, () => Math.floor(random() * 9) - 1);
  const x = values();
  const score = (i: number) => (x[i]! > 0.5 ? 1 : 0) + ((town[i]! + 1) % 3) + random();
  const day = Float64Array.from({ length: rows }, () => Math.floor(random() * 1000) * 86_400_000);
  return trainingData(
    {
      rows,
      columns: [
        { kind: 'number', name: 'x', values: x },
        { kind: 'category', name: 'town', codes: town, labels: [...'abcdefgh'] },
        { kind: 'number', name: 'z', values: values() },
        {
          kind: 'category',
          name: 'day',
          codes: Int32Array.from(day.keys()),
          labels: Array.from(day, (time) => new Date(time).toISOString()),
        },
        classes === 0
          ? { kind: 'number', name: 'y', values: Float64Array.from({ length: rows }, (_, i) => score(i)) }
          : {
              kind: 'category',
              name: 'y',
              codes: Int32Array.from({ length: rows }, (_, i) => Math.min(classes - 1, Math.floor(score(i)))),
              labels: [...'pqr'].slice(0, classes),
            },
      ],
    },
    'y',
  );
}
