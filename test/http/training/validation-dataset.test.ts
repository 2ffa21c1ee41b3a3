import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { expectProblem } from '../../support/problem.ts';
import { insertRun } from '../../support/runs.ts';
import { csvOf, parquetOf } from '../../support/tables.ts';

let app: TestApp;
let trained: string;
const x = (row: number) => Math.round(1000 * Math.sin(row * 12.9898)) / 1000;
const columns = {
  // Read as numbers with a decimal comma: 1.234,5
  price: (row: number) => `${(1000 + row).toString().replace('1', '1.')},5`,
  side: (row: number) => (row % 3 ? 'left' : 'right'),
  x,
  target: (row: number) => (x(row) > 0 ? 'yes' : 'no'),
};
const upload = async (over: Record<string, (row: number) => string | number>, rows = 30) =>
  (await app.api.upload('more.csv', csvOf({ ...columns, ...over }, rows))).dataset_id;
const request = (validation_dataset_id: string, params = {}) =>
  app.api.post('/training-runs', {
    dataset_id: trained,
    mode: 'light',
    params: { validation_dataset_id, ...params },
  });

beforeAll(async () => {
  app = await startTestApp({ DATASET_TTL_DAYS: '1' });
  trained = await upload({}, 120);
});
afterAll(() => app[Symbol.asyncDispose]());

test('a run with a validation dataset learns from all rows and is measured on that one', async () => {
  const validation_dataset_id = await upload({ target: (row) => (x(row) > 0 ? 'no' : 'yes') });
  const run = await app.api.train(trained, { params: { validation_dataset_id } });
  expect(run).toMatchObject({
    status: 'succeeded',
    params: { validation_dataset_id },
    metrics: { n_samples: 120, n_train: 120, n_test: 30, measured_on: 'validation_dataset' },
  });
  // There all is the other way round.
  expect(run.metrics.accuracy).toBeLessThan(0.2);
  const card = await app.api.json(await app.api.call(`/artifacts/${run.artifact_id}/card`));
  expect(card).toMatchObject({ data: { name: 'more.csv' }, validation_data: { name: 'more.csv' } });
});

test('its values are read as those of the training dataset are', async () => {
  // By themselves these would be 1.5, 2.5, …: but 1.500 is fifteen hundred where 1.234,5 is a number.
  const validation_dataset_id = await upload({ price: (row) => `1.${100 + row}` });
  const run = await app.api.train(trained, {
    task: 'regression',
    target: 'price',
    params: { validation_dataset_id },
  });
  expect(run).toMatchObject({ status: 'succeeded' });
  const evaluation = await app.api.json<{ predictions: { y_true: number[] } }>(
    await app.api.call(`/artifacts/${run.artifact_id}/evaluation`),
  );
  expect(evaluation.predictions.y_true).toEqual(Array.from({ length: 30 }, (_, row) => 1100 + row));
});

describe('what means no value in the training dataset means none in it either', () => {
  const CELLS = {
    size: (row: number) => (row % 7 ? String(x(row)) : undefined),
    day: (row: number) => (row % 5 ? `2024-03-${String(10 + (row % 20))}` : undefined),
    sunny: (row: number) => (row % 6 ? String(row % 2 === 0) : undefined),
    side: (row: number) => (row % 4 ? columns.side(row) : undefined),
    target: (row: number) => (row % 9 ? (x(row) > 0 ? 'yes' : 'no') : undefined),
  };
  /** Rows in which a text stands for no value. */
  const rowsWith = (none: string, from: number, rows: number) =>
    Array.from({ length: rows }, (_, i) =>
      Object.fromEntries(Object.entries(CELLS).map(([name, cell]) => [name, cell(from + i) ?? none])),
    );
  const csv = (none: string, from: number, rows: number) =>
    [Object.keys(CELLS), ...rowsWith(none, from, rows).map((row) => Object.values(row))]
      .map((cells) => `${cells.join()}\n`)
      .join('');
  const upload = async (name: string, body: string | Buffer<ArrayBuffer>, query = '') => {
    const response = await app.api.call(`/datasets/upload?name=${name}${query}`, { method: 'POST', body });
    return (await app.api.json<{ dataset_id: string }>(response)).dataset_id;
  };
  const numbers = (of: (row: number) => number) => ({ x: of, target: columns.target });
  let dataset_id: string;
  let expected: object;
  const measured = async (validation_dataset_id: string) => {
    const run = await app.api.train(dataset_id, { params: { validation_dataset_id } });
    expect(run).toMatchObject({ status: 'succeeded', metrics: { n_train: 106, n_test: 54 } });
    const { accuracy, log_loss, roc_auc } = run.metrics;
    return { accuracy, log_loss, roc_auc };
  };

  beforeAll(async () => {
    const options = `&options=${encodeURIComponent('{"na_values":["?","unknown"]}')}`;
    dataset_id = await upload('cleared.csv', csv('?', 0, 120), options);
    expected = await measured(await upload('empty.csv', csv('', 200, 60)));
  });

  test.each([
    ['a CSV', (none: string) => csv(none, 200, 60)],
    [
      'JSON lines',
      (none: string) =>
        rowsWith(none, 200, 60)
          .map((row) => JSON.stringify(row))
          .join('\n'),
    ],
    [
      'Parquet of texts',
      (none: string) =>
        parquetOf(
          rowsWith(none, 200, 60)
            .map((row) => `select ${Object.entries(row).map(([name, cell]) => `'${cell}' as ${name}`)}`)
            .join(' union all '),
        ),
    ],
  ])('of %s', async (what, write) => {
    for (const none of ['?', 'unknown'])
      expect(await measured(await upload(`${what} ${none.length}`, await write(none)))).toEqual(expected);
  });

  test.each([
    [
      'a CSV',
      async () =>
        csvOf(
          numbers((row) => (row % 2 ? x(row + 60) : -999)),
          60,
        ),
    ],
    [
      'Parquet',
      () =>
        parquetOf(
          `select * from (values ${Array.from(
            { length: 60 },
            (_, row) => `(${row % 2 ? x(row + 60) : -999}::DOUBLE, '${columns.target(row)}')`,
          )}) t(x, target)`,
        ),
    ],
  ])('where it is a number of %s', async (what, write) => {
    const options = `&options=${encodeURIComponent('{"na_values":["-999"]}')}`;
    const training = csvOf(
      numbers((row) => (row % 9 ? x(row) : -999)),
      60,
    );
    const run = await app.api.train(await upload('numbers.csv', training, options), {
      ...{ task: 'regression', target: 'x' },
      params: { validation_dataset_id: await upload(what, await write()) },
    });
    // Of its 60 rows half have a target.
    expect(run).toMatchObject({ status: 'succeeded', metrics: { n_samples: 53, n_test: 30 } });
  });
});

describe('a run fails in words', () => {
  test.each([
    [
      'a cell of another form',
      { price: (row: number) => `${row}.75` },
      'dataset_unreadable',
      /"price", row 0, holds "0.75"/,
    ],
    [
      'a class that is not learned',
      { target: (row: number) => `w${row % 3}` },
      'bad_params',
      /"w0", "w1", "w2"/,
    ],
  ])('over %s', async (_what, over, error_type, says) => {
    const validation_dataset_id = await upload(over);
    const run = await app.api.train(trained, { params: { validation_dataset_id } });
    expect(run).toMatchObject({
      status: 'failed',
      attempt: 1,
      error_type,
      error: expect.stringMatching(says),
    });
  });
});

describe('a validation dataset that will not do is refused', () => {
  test('where there is none of the owner', async () => {
    for (const id of ['nonsense', '01a20561-eba2-76f6-8c81-f5d256583f3c'])
      expect(await expectProblem(await request(id), 404, 'not_found')).toContain('validation dataset');
  });

  test('where it is the training dataset', async () => {
    expect(await expectProblem(await request(trained), 422, 'unusable_data')).toContain('the very rows');
  });

  test('where it lacks columns', async () => {
    const { dataset_id } = await app.api.upload('few.csv', csvOf({ x, target: columns.target }, 30));
    const detail = await expectProblem(await request(dataset_id), 422, 'unusable_data');
    expect(detail).toContain('it lacks columns "price", "side"');
  });

  test('where a column is of another type', async () => {
    const response = await request(await upload({ x: columns.side }));
    expect(await expectProblem(response, 422, 'unusable_data')).toContain(
      'column "x" is string in it and number in the training dataset',
    );
  });

  test('with a share to hold out, of which there is none', async () => {
    const response = await request(await upload({}), { split: { kind: 'random', test_fraction: 0.2 } });
    expect(await expectProblem(response, 400, 'invalid_request')).toContain('"test_fraction"');
  });
});

test('as long as a run is measured on it, a dataset is neither deleted nor expires', async () => {
  const validation_dataset_id = await upload({});
  const run = await insertRun(app.sql, { dataset_id: trained, validation_dataset_id });
  const remove = () => app.api.call(`/datasets/${validation_dataset_id}`, { method: 'DELETE' });
  await expectProblem(await remove(), 409, 'conflict');
  const long = new Date(Date.now() - 2 * 86_400_000);
  const aged = app.sql.updateTable('datasets').set({ created_at: long });
  await aged.where('id', '=', validation_dataset_id).execute();
  await app.api.call('/datasets/expired', { method: 'DELETE' });
  expect((await app.api.call(`/datasets/${validation_dataset_id}`)).status).toBe(200);
  await app.sql.updateTable('training_runs').set({ status: 'cancelled' }).where('id', '=', run).execute();
  await app.api.call('/datasets/expired', { method: 'DELETE' });
  expect((await app.api.call(`/datasets/${validation_dataset_id}`)).status).toBe(404);
});
