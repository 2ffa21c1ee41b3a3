import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile, eventually } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';

type Row = Record<string, unknown>;
interface Prediction {
  predictions: (string | number)[];
  probabilities?: Record<string, number>[];
}

/** The rows of one of our own plain CSV files. */
async function rowsOf(name: string): Promise<Row[]> {
  const [header = '', ...lines] = (await readFile(dataFile(name), 'utf8')).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], Number(cell)])));
}

/** Two clouds of points whose classes have names that are easily spoiled on the way. */
const CLASSES = [' spaced ', 'Ünïcode 🦆', '007'];
const NAMED = [
  'x,colour,flag,when,class',
  ...Array.from({ length: 120 }, (_, i) => {
    const k = i % 3;
    const colour = ['red', 'green', 'blue'][k] as string;
    return `${k * 10 + (i % 7) / 10},${i % 11 === 0 ? '' : colour},${k === 1},2024-0${k + 1}-1${i % 9},${CLASSES[k]}`;
  }),
  '',
].join('\n');

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const trained = async (datasetId: string, options: Row = {}) =>
  (await app.api.train(datasetId, options)).artifact_id;
const ask = (id: string, body: unknown) => app.api.post(`/artifacts/${id}/predict`, body);
const predict = async (id: string, rows: Row[]): Promise<Prediction> => {
  const response = await ask(id, { rows });
  const prediction = await app.api.json<Prediction & Row>(response);
  expect([response.status, prediction]).toEqual([200, expect.anything()]);
  return prediction;
};

describe('a classification', () => {
  let model: string;
  beforeAll(async () => {
    const { dataset_id } = await app.api.upload('named.csv', NAMED);
    model = await trained(dataset_id, { target: 'class' });
  });
  const row = (k: number): Row => ({
    x: k * 10,
    colour: ['red', 'green', 'blue'][k],
    flag: k === 1,
    when: `2024-0${k + 1}-15`,
  });

  test('gives the classes exactly as they stand in the data', async () => {
    const { predictions } = await predict(model, [row(0), row(1), row(2)]);
    expect(predictions).toEqual(CLASSES);
  });

  test('gives every class a probability; they sum to 1 and the greatest is the prediction', async () => {
    const { predictions, probabilities = [] } = await predict(model, [row(0), row(1), row(2)]);
    expect(probabilities).toHaveLength(3);
    probabilities.forEach((byClass, i) => {
      expect(Object.keys(byClass).sort()).toEqual([...CLASSES].sort());
      const values = Object.values(byClass);
      expect(values.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      expect(values.every((p) => p >= 0 && p <= 1)).toBe(true);
      expect(byClass[predictions[i] as string]).toBe(Math.max(...values));
    });
  });

  test('takes no notice of further columns, their order, or the target itself', async () => {
    const plain = await predict(model, [row(0), row(1)]);
    const extra = await predict(
      model,
      [row(0), row(1)].map((given) => ({
        id: 17,
        nested: { a: [1] },
        ...Object.fromEntries(Object.entries(given).reverse()),
        class: 'whatever',
      })),
    );
    expect(extra).toEqual(plain);
  });

  test('takes null and the empty text for a missing value, and values not seen in training', async () => {
    const { predictions } = await predict(model, [
      { ...row(0), colour: null },
      { ...row(0), colour: '', flag: null, when: null },
      { ...row(0), colour: 'ultraviolet' },
      { ...row(0), x: null },
    ]);
    expect(predictions).toEqual([CLASSES[0], CLASSES[0], CLASSES[0], expect.any(String)]);
  });

  test('takes numbers and booleans as text, as a CSV reader would send them', async () => {
    const asText = [0, 1, 2].map((k) =>
      Object.fromEntries(Object.entries(row(k)).map(([name, value]) => [name, String(value)])),
    );
    expect((await predict(model, asText)).predictions).toEqual(CLASSES);
  });

  test('is as good on rows it never saw as its run said', async () => {
    const breast = await trained((await app.api.uploadFile('breast_cancer_train.csv')).dataset_id);
    const rows = await rowsOf('breast_cancer_test.csv');
    const { predictions } = await predict(breast, rows);
    const right = predictions.filter((label, i) => label === String(rows[i]?.['target'])).length;
    expect(right / rows.length).toBeGreaterThan(0.93);
    expect(new Set(predictions)).toEqual(new Set(['0', '1']));
  });
});

test('columns and classes may be called what JavaScript objects are born with', async () => {
  const names = ['__proto__', 'constructor', 'toString'];
  const classes = ['__proto__', 'hasOwnProperty'];
  const csv = [
    [...names, 'target'].join(','),
    ...Array.from({ length: 60 }, (_, i) => `${i % 2},${i % 7},${i % 5},${classes[i % 2]}`),
    '',
  ].join('\n');
  const model = await trained((await app.api.upload('names.csv', csv)).dataset_id);
  const response = await app.api.call(`/artifacts/${model}/predict`, {
    method: 'POST',
    // As text: an object literal would set the prototype.
    body: '{"rows":[{"__proto__":0,"constructor":1,"toString":1},{"__proto__":1,"constructor":1,"toString":1}]}',
    headers: { 'content-type': 'application/json' },
  });
  expect([response.status, await app.api.json(response)]).toEqual([
    200,
    expect.objectContaining({ predictions: classes }),
  ]);
  const missing = await ask(model, { rows: [{ constructor: 1, toString: 1 }] });
  expect(await expectProblem(missing, 422, 'unusable_data')).toContain('"__proto__"');
});

describe('a regression', () => {
  let model: string;
  beforeAll(async () => {
    model = await trained((await app.api.uploadFile('diabetes_train.csv')).dataset_id);
  });

  test('gives numbers and no probabilities, close to the truth', async () => {
    const rows = await rowsOf('diabetes_test.csv');
    const prediction = await predict(model, rows);
    expect(Object.keys(prediction)).toEqual(['predictions']);
    const truth = rows.map((row) => row['target'] as number);
    const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
    const squares = (values: number[]) => values.reduce((sum, value) => sum + value * value, 0);
    const residuals = prediction.predictions.map((value, i) => (value as number) - (truth[i] as number));
    expect(1 - squares(residuals) / squares(truth.map((value) => value - mean))).toBeGreaterThan(0.4);
  });

  test('takes as many rows as it may, and refuses one more', async () => {
    const row = Object.fromEntries(
      Object.entries((await rowsOf('diabetes_test.csv'))[0] as Row).map(([name, value]) => [name, value]),
    );
    expect((await predict(model, Array(10_000).fill(row))).predictions).toHaveLength(10_000);
    const detail = await expectProblem(
      await ask(model, { rows: Array(10_001).fill(row) }),
      400,
      'invalid_request',
    );
    expect(detail).toContain('rows');
  });

  test('names every column that is missing', async () => {
    const detail = await expectProblem(
      await ask(model, { rows: [{ f0: 0.1, f1: 0.1 }] }),
      422,
      'unusable_data',
    );
    for (const name of ['f2', 'f3', 'f8', 'f9']) expect(detail).toContain(`"${name}"`);
    expect(detail).not.toContain('"f0"');
  });

  test('names a column that is missing from some rows only', async () => {
    const [row = {}] = await rowsOf('diabetes_test.csv');
    const { f2: _f2, ...without } = row;
    const detail = await expectProblem(await ask(model, { rows: [row, without] }), 422, 'unusable_data');
    expect(detail).toContain('"f2"');
  });

  test.each(['a lot', {}, [1]])('names the column and row of the unusable value %j', async (value) => {
    const [row = {}] = await rowsOf('diabetes_test.csv');
    const response = await ask(model, { rows: [row, { ...row, f2: value }] });
    const detail = await expectProblem(response, 422, 'unusable_data');
    expect(detail).toMatch(/"f2".*row 1/);
  });
});

describe('a request for predictions is refused', () => {
  let model: string;
  beforeAll(async () => {
    model = await trained((await app.api.uploadFile('wine_train.csv')).dataset_id);
  });

  test.each([
    ['without rows', {}],
    ['with no rows in it', { rows: [] }],
    ['with rows that are no objects', { rows: [1, 'two', null] }],
    ['with rows that are arrays', { rows: [[1, 2]] }],
    ['with rows that are no list', { rows: { a: 1 } }],
    ['that is a list itself', [{ a: 1 }]],
  ])('%s', async (_what, body) => {
    await expectProblem(await ask(model, body), 400, 'invalid_request');
  });

  test('that is no JSON', async () => {
    const response = await app.api.call(`/artifacts/${model}/predict`, {
      method: 'POST',
      body: '{"rows": [',
      headers: { 'content-type': 'application/json' },
    });
    await expectProblem(response, 400, 'invalid_request');
  });

  test('with 10 MB of JSON that is no request, in words that do not repeat it', async () => {
    const response = await ask(model, { rows: 'x'.repeat(10 * 1024 * 1024) });
    const detail = await expectProblem(response, 400, 'invalid_request');
    expect(detail.length).toBeLessThan(1000);
  });

  test('with more than 16 MiB', async () => {
    const response = await ask(model, { rows: [{ x: 'x'.repeat(17 * 1024 * 1024) }] });
    await expectProblem(response, 413, 'too_large');
  });

  test('for a model that newer ones have pushed out, also when it was in use a moment ago', async () => {
    await using small = await startTestApp({ MAX_MODEL_ARTIFACTS: '1' });
    const { dataset_id } = await small.api.uploadFile('wine_train.csv');
    const { artifact_id } = await small.api.train(dataset_id);
    const [row = {}] = await rowsOf('wine_test.csv');
    const askOld = () => small.api.post(`/artifacts/${artifact_id}/predict`, { rows: [row] });
    expect((await askOld()).status).toBe(200);
    await small.api.train(dataset_id);
    const gone = await eventually(async () => {
      const response = await askOld();
      return response.status === 200 ? undefined : response;
    });
    await expectProblem(gone, 410, 'gone');
  });

  test('for a model that was deleted, also when it was in use a moment ago', async () => {
    const [row = {}] = await rowsOf('wine_test.csv');
    await predict(model, [row]);
    await app.api.call(`/artifacts/${model}`, { method: 'DELETE' });
    await expectProblem(await ask(model, { rows: [row] }), 404, 'not_found');
  });
});
