import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { keptModels } from '../support/kept-models.ts';
import { expectProblem } from '../support/problem.ts';
import { storageRoot } from '../support/storage-root.ts';
import { parquetOf } from '../support/tables.ts';

type Row = Record<string, number>;
interface Predicted {
  readonly predictions: (string | number)[];
  readonly probabilities?: Record<string, number>[];
  readonly prediction_ids?: string[];
}
interface Taken {
  readonly accepted: number;
  readonly replaced: number;
  readonly unknown: { readonly count: number; readonly keys: string[] };
  readonly unusable: { readonly count: number; readonly keys: string[] };
}
interface Quality {
  readonly predictions: number;
  readonly outcomes: number;
  readonly live: Record<string, number | null>;
  readonly training: Record<string, number | null>;
}
type Told = { key?: string; prediction_id?: string; actual: unknown };

const NONE = { count: 0, keys: [] };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function tableOf(name: string): Promise<Row[]> {
  const [header = '', ...lines] = (await readFile(dataFile(name), 'utf8')).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? '', Number(cell)])),
  );
}
const trained = async (name: string, options = {}) =>
  (await app.api.train((await app.api.uploadFile(name)).dataset_id, options)).artifact_id;
const predict = async (model: string, rows: Row[], wishes: object, from = app) =>
  from.api.json<Predicted>(await from.api.post(`/artifacts/${model}/predict`, { rows, ...wishes }));
const send = (model: string, outcomes: Told[]) => app.api.post(`/artifacts/${model}/feedback`, { outcomes });
const tell = async (model: string, outcomes: Told[]) => app.api.json<Taken>(await send(model, outcomes));
const qualityOf = async (model: string, window = '30d', from = app) =>
  from.api.json<Quality>(await from.api.call(`/artifacts/${model}/quality?window=${window}`));
const keysOf = (rows: readonly unknown[]) => rows.map((_, i) => `row ${i}`);

describe('live quality', () => {
  test('of two classes is that of the outcomes told: accuracy, area under the curve, log loss', async () => {
    const model = await trained('breast_cancer_train.csv');
    const rows = await tableOf('breast_cancer_test.csv');
    const {
      prediction_ids: ids = [],
      probabilities = [],
      predictions,
    } = await predict(model, rows, { keep: true });
    expect(new Set(ids).size).toBe(rows.length);
    expect(await qualityOf(model)).toMatchObject({
      predictions: rows.length,
      outcomes: 0,
      live: { accuracy: null, roc_auc: null, log_loss: null },
    });
    // Every tenth outcome is another than the table says, for figures that are not all but perfect.
    const actual = rows.map((row, i) => Number(i % 10 === 0 ? 1 - (row['target'] ?? 0) : row['target']));
    const taken = await tell(
      model,
      ids.map((prediction_id, i) => ({ prediction_id, actual: actual[i] })),
    );
    expect(taken).toEqual({ accepted: rows.length, replaced: 0, unknown: NONE, unusable: NONE });

    const score = probabilities.map((p) => p['1'] ?? Number.NaN);
    const positives = score.filter((_, i) => actual[i] === 1);
    const negatives = score.filter((_, i) => actual[i] === 0);
    const inOrder = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
    const { live, training } = await qualityOf(model);
    expect(live['accuracy']).toBeCloseTo(
      mean(actual.map((label, i) => Number(String(label) === predictions[i]))),
      10,
    );
    expect(live['roc_auc']).toBeCloseTo(mean(inOrder), 10);
    const loss = score.map((p, i) => -Math.log(Math.max(Number.EPSILON, actual[i] === 1 ? p : 1 - p)));
    expect(live['log_loss']).toBeCloseTo(mean(loss), 5);
    expect(live['accuracy']).toBeLessThan(0.95);
    expect(training).toEqual({
      accuracy: expect.any(Number),
      roc_auc: expect.any(Number),
      log_loss: expect.any(Number),
    });
    expect(training['accuracy']).toBeGreaterThan(0.95);
  });

  test('of numbers is r2, rmse and mae', async () => {
    const model = await trained('diabetes_train.csv');
    const rows = await tableOf('diabetes_test.csv');
    const { predictions } = await predict(model, rows, { keys: keysOf(rows) });
    const actual = rows.map((row) => row['target'] ?? 0);
    await tell(
      model,
      rows.map((_, i) => ({ key: `row ${i}`, actual: i % 2 ? actual[i] : String(actual[i]) })),
    );
    const errors = actual.map((value, i) => value - Number(predictions[i]));
    const squares = mean(errors.map((error) => error ** 2));
    const spread = mean(actual.map((value) => (value - mean(actual)) ** 2));
    const { live } = await qualityOf(model);
    expect(live['mae']).toBeCloseTo(mean(errors.map(Math.abs)), 8);
    expect(live['rmse']).toBeCloseTo(Math.sqrt(squares), 8);
    expect(live['r2']).toBeCloseTo(1 - squares / spread, 8);
    expect(live['r2']).toBeGreaterThan(0.3);
  });

  test('of more classes has the figures of training too, by the probabilities of all of them', async () => {
    const model = await trained('wine_train.csv');
    const rows = await tableOf('wine_test.csv');
    const { predictions, probabilities = [] } = await predict(model, rows, { keys: keysOf(rows) });
    // Every fifth outcome is another than the table says, for figures that are not all but perfect.
    const actual = rows.map((row, i) => String(i % 5 === 0 ? ((row['target'] ?? 0) + 1) % 3 : row['target']));
    await tell(
      model,
      actual.map((label, i) => ({ key: `row ${i}`, actual: label })),
    );
    const areas = ['0', '1', '2'].map((label) => {
      const scores = (isOf: boolean) =>
        probabilities.filter((_, i) => (actual[i] === label) === isOf).map((p) => Math.fround(p[label] ?? 0));
      return mean(scores(true).flatMap((p) => scores(false).map((n) => (p > n ? 1 : p === n ? 0.5 : 0))));
    });
    const { live } = await qualityOf(model);
    expect(live['roc_auc']).toBeCloseTo(mean(areas), 10);
    expect(live['log_loss']).toBeCloseTo(
      mean(probabilities.map((p, i) => -Math.log(Math.max(Number.EPSILON, p[actual[i] ?? ''] ?? 0)))),
      5,
    );
    const right = predictions.filter((label, i) => label === actual[i]).length;
    expect(live['accuracy']).toBeCloseTo(right / rows.length, 10);
    expect(live['roc_auc']).toBeLessThan(0.95);
  });

  test('of predictions that an older version has kept is accuracy, and of what says more the rest', async () => {
    const model = await trained('wine_train.csv');
    const rows = await tableOf('wine_test.csv');
    const { probabilities = [] } = await predict(model, rows, { keys: keysOf(rows) });
    const actual = rows.map((row) => String(row['target']));
    await tell(
      model,
      actual.map((label, i) => ({ key: `row ${i}`, actual: label })),
    );
    const { live: before } = await qualityOf(model);
    // It knew nothing of probabilities, so those of a key that it predicted anew stayed as they were.
    await sql`
      update kept_predictions set class = (actual_class + 1) % 3, value = 0.9
      where artifact_id = ${model} and key = 'row 0'`.execute(app.sql);
    const { live: mixed } = await qualityOf(model);
    expect(mixed['accuracy']).toBeLessThan(before['accuracy'] ?? 0);
    const losses = probabilities.map((p, i) => -Math.log(p[actual[i] ?? ''] ?? 0));
    expect(mixed['log_loss']).toBeCloseTo(mean(losses.slice(1)), 6);
    expect(mixed['log_loss']).not.toBeCloseTo(before['log_loss'] ?? 0, 6);
    await sql`update kept_predictions set probabilities = null where artifact_id = ${model}`.execute(app.sql);
    expect((await qualityOf(model)).live).toEqual({ ...mixed, roc_auc: null, log_loss: null });
  });

  test('is that of predictions made within the window', async () => {
    const model = await trained('wine_train.csv');
    const rows = await tableOf('wine_test.csv');
    const outcomes = rows.map((row, i) => ({ key: `row ${i}`, actual: row['target'] }));
    await predict(model, rows, { keys: keysOf(rows) });
    await tell(model, outcomes);
    await sql`
      update kept_predictions set predicted_at = predicted_at - interval '3 days'
      where artifact_id = ${model} and key <> 'row 0'`.execute(app.sql);
    expect(await qualityOf(model, '24h')).toMatchObject({ predictions: 1, outcomes: 1 });
    expect(await qualityOf(model, '7d')).toMatchObject({ predictions: rows.length, outcomes: rows.length });
    await expectProblem(await app.api.call(`/artifacts/${model}/quality?window=2d`), 400, 'invalid_request');
  });
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a table of which a column holds the keys', () => {
  const CSV = 'text/csv';
  let model: string;
  beforeAll(async () => {
    model = await trained('breast_cancer_train.csv');
  });
  const ask = (body: string | Buffer<ArrayBuffer>, type: string, key = 'id') =>
    app.api.call(`/artifacts/${model}/predict?key=${encodeURIComponent(key)}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
  const numbered = async (prefix: string) =>
    (await tableOf('breast_cancer_test.csv')).map((row, i) => ({ id: `${prefix} ${i}`, ...row }));
  const csvOf = (rows: readonly object[]) =>
    `${[Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))].map((cells) => cells.join()).join('\n')}\n`;

  test.each<[what: string, type: string, (rows: readonly object[]) => string | Promise<Buffer<ArrayBuffer>>]>(
    [
      ['a CSV', CSV, csvOf],
      ['JSON lines', 'application/x-ndjson', (rows) => rows.map((row) => JSON.stringify(row)).join('\n')],
      [
        'Parquet',
        'application/vnd.apache.parquet',
        () =>
          parquetOf(
            `select 'Parquet ' || (row_number() over () - 1) as id, * from read_csv('${dataFile('breast_cancer_test.csv').pathname}')`,
          ),
      ],
      ['rows', 'application/json', (rows) => JSON.stringify({ rows })],
    ],
  )('as %s is told the outcomes by them', async (what, type, write) => {
    const rows = await numbered(what);
    const before = await qualityOf(model);
    expect((await ask(await write(rows), type)).status).toBe(200);
    const outcomes = rows.map((row) => ({ key: row.id, actual: Reflect.get(row, 'target') }));
    expect(await tell(model, outcomes)).toEqual({
      accepted: rows.length,
      replaced: 0,
      unknown: NONE,
      unusable: NONE,
    });
    const after = await qualityOf(model);
    expect(after.predictions - before.predictions).toBe(rows.length);
    expect(after.live['accuracy']).toBeGreaterThan(0.9);
  });

  test.each([
    [
      'CSV',
      'text/csv',
      (answer: string) => {
        const [head = '', ...lines] = answer.trimEnd().split('\n');
        expect(head).toBe('prediction,probability_0,probability_1,prediction_id');
        return lines.map((line) => line.split(',')[3]);
      },
    ],
    [
      'NDJSON',
      'application/x-ndjson',
      (answer: string) =>
        answer
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).prediction_id as string),
    ],
  ])('needs none when the answer is to give ids, as %s', async (_, accept, idsIn) => {
    const rows = await tableOf('breast_cancer_test.csv');
    const keep = async (query: string, body: string) =>
      app.api.call(`/artifacts/${model}/predict?${query}`, {
        method: 'POST',
        body,
        headers: { 'content-type': CSV, accept },
      });
    // One that is small, and one that is not.
    for (const times of [1, 20]) {
      const all = Array.from({ length: times }, () => rows).flat();
      const before = await qualityOf(model);
      const ids = idsIn(await (await keep('keep=true', csvOf(all))).text());
      expect(new Set(ids).size).toBe(all.length);
      const outcomes = ids
        .slice(0, rows.length)
        .map((id, i) => ({ prediction_id: id, actual: all[i]?.['target'] }));
      expect(await tell(model, outcomes as Told[])).toMatchObject({ accepted: rows.length, unknown: NONE });
      const after = await qualityOf(model);
      expect(after.predictions - before.predictions).toBe(all.length);
      expect(after.live['accuracy']).toBeGreaterThan(0.9);
    }
    const without = await (await keep('keep=false', csvOf(rows))).text();
    const keyed = rows.map((row, i) => ({ id: `${accept} ${i}`, ...row }));
    const byKey = await (await keep('keep=true&key=id', csvOf(keyed))).text();
    for (const answer of [without, byKey]) expect(answer).not.toContain('prediction_id');
    await expectProblem(await keep('keep=yes', csvOf(rows)), 400, 'invalid_request');
  });

  test('may hold numbers that the model looks at: the keys are as they stand', async () => {
    const [first, second] = await tableOf('breast_cancer_test.csv');
    const cells = (row: Row | undefined, f0: string) => ({ ...row, f0 });
    expect((await ask(csvOf([cells(first, '17.50'), cells(second, '1e1')]), CSV, 'f0')).status).toBe(200);
    const taken = await tell(
      model,
      ['17.50', '1e1', '17.5'].map((key) => ({ key, actual: 1 })),
    );
    expect(taken).toMatchObject({ accepted: 2, unknown: { keys: ['17.5'] } });
  });

  test('is refused where a row has none, or that of another, and then keeps nothing', async () => {
    const [first, second, ...others] = await numbered('refused');
    const refused = async (answer: Response) => expectProblem(answer, 422, 'unusable_data');
    for (const write of [csvOf, (rows: readonly object[]) => JSON.stringify({ rows })]) {
      const type = write === csvOf ? CSV : 'application/json';
      const place = write === csvOf ? 'Line 3' : 'Row 1';
      const rows = (id: string) => write([first, { ...second, id }, ...others] as object[]);
      expect(await refused(await ask(rows(''), type))).toContain(`${place}, column "id": a key of 1 to 200`);
      expect(await refused(await ask(rows('x'.repeat(201)), type))).toContain(place);
      expect(await refused(await ask(rows('refused 0'), type))).toContain(
        'Two rows have the key "refused 0"',
      );
      expect(await refused(await ask(rows('b'), type, 'nothing'))).toContain('no column "nothing"');
    }
    const left = await app.sql
      .selectFrom('kept_predictions')
      .select('key')
      .where('key', 'like', 'refused%')
      .execute();
    expect(left).toEqual([]);
  });
});

describe('an outcome', () => {
  let model: string;
  let rows: Row[];
  beforeAll(async () => {
    model = await trained('wine_train.csv');
    rows = await tableOf('wine_test.csv');
  });

  test('that is told again replaces the one before, and the prediction counts once', async () => {
    const { predictions } = await predict(model, rows.slice(0, 1), { keys: ['again'] });
    const right = String(predictions[0]);
    const wrong = right === '0' ? '1' : '0';
    const once = (actual: string) => tell(model, [{ key: 'again', actual }]);
    expect(await once(wrong)).toMatchObject({ accepted: 1, replaced: 0 });
    expect(await once(wrong)).toMatchObject({ accepted: 0, replaced: 1 });
    const within = await tell(
      model,
      [wrong, right].map((actual) => ({ key: 'again', actual })),
    );
    expect(within).toEqual({ accepted: 0, replaced: 1, unknown: NONE, unusable: NONE });
    expect(await qualityOf(model)).toMatchObject({ outcomes: 1, live: { accuracy: 1 } });
  });

  test('for a key that is unknown, or that is no class of the model, is told so and harms no other', async () => {
    await predict(model, rows.slice(0, 3), { keys: ['a', 'b', 'c'] });
    const strangers = Array.from({ length: 12 }, (_, i) => ({ key: `stranger ${i}`, actual: '0' }));
    const taken = await tell(model, [
      { key: 'a', actual: 0 },
      ...strangers,
      { key: 'b', actual: 'Barolo' },
      { key: 'c', actual: '1.0' },
    ]);
    expect(taken).toEqual({
      accepted: 2,
      replaced: 0,
      unknown: { count: 12, keys: strangers.slice(0, 10).map(({ key }) => key) },
      unusable: { count: 1, keys: ['b'] },
    });
  });

  test('is forgotten when its key is predicted again', async () => {
    await predict(model, rows.slice(0, 1), { keys: ['monthly'] });
    await tell(model, [{ key: 'monthly', actual: '0' }]);
    await predict(model, rows.slice(0, 1), { keys: ['monthly'] });
    expect(await tell(model, [{ key: 'monthly', actual: '0' }])).toMatchObject({ accepted: 1, replaced: 0 });
  });

  test('told by the name of a model is that of each version that predicted the key', async () => {
    const other = await trained('wine_train.csv', { params: { l2: 50 } });
    const models = keptModels(app.api);
    for (const id of [model, other]) await models.register('cellar', id);
    await predict(model, rows.slice(0, 2), { keys: ['both', 'one'] });
    await predict(other, rows.slice(0, 1), { keys: ['both'] });
    const before = await Promise.all([model, other].map((id) => qualityOf(id)));
    const outcomes = ['both', 'one', 'none'].map((key) => ({ key, actual: '0' }));
    const answer = await app.api.post('/models/cellar/feedback', { outcomes });
    expect(await app.api.json(answer)).toMatchObject({ accepted: 2, unknown: { count: 1, keys: ['none'] } });
    const after = await Promise.all([model, other].map((id) => qualityOf(id)));
    expect(after.map(({ outcomes }, i) => outcomes - (before[i]?.outcomes ?? 0))).toEqual([2, 1]);
    await expectProblem(await app.api.post('/models/nobody/feedback', { outcomes }), 404, 'not_found');
  });

  test('is refused where it is none, or one of too many', async () => {
    const refused = async (outcomes: unknown) =>
      expectProblem(await app.api.post(`/artifacts/${model}/feedback`, { outcomes }), 400, 'invalid_request');
    await refused([]);
    await refused([{ actual: '0' }]);
    await refused([{ key: 'a', prediction_id: 'b', actual: '0' }]);
    await refused([{ key: 'a', actual: null }]);
    await refused([{ key: 'a\0', actual: '0' }]);
    await refused([{ key: '\ud800', actual: '0' }]);
    await refused(Array.from({ length: 10_001 }, (_, i) => ({ key: `${i}`, actual: '0' })));
    const nobody = '019a9d3c-7f00-7000-8000-000000000003';
    await expectProblem(await send(nobody, [{ key: 'a', actual: '0' }]), 404, 'not_found');
  });
});

describe('predictions', () => {
  test('are kept only when that is asked for, each under a key of its own', async () => {
    const model = await trained('wine_train.csv');
    const rows = (await tableOf('wine_test.csv')).slice(0, 2);
    for (const wishes of [{}, { keep: false }])
      expect(await predict(model, rows, wishes)).not.toHaveProperty('prediction_ids');
    expect(await predict(model, rows, { keys: ['a', 'b'] })).not.toHaveProperty('prediction_ids');
    expect(await qualityOf(model)).toMatchObject({ predictions: 2, outcomes: 0 });
    for (const keys of [['a'], ['a', 'a'], ['', 'b'], ['a', 'b'.repeat(201)]])
      await expectProblem(
        await app.api.post(`/artifacts/${model}/predict`, { rows, keys }),
        400,
        'invalid_request',
      );
    expect(await qualityOf(model)).toMatchObject({ predictions: 2 });
  });

  test('go with their model', async () => {
    const model = await trained('wine_train.csv');
    await predict(model, (await tableOf('wine_test.csv')).slice(0, 5), { keep: true });
    expect(await qualityOf(model)).toMatchObject({ predictions: 5 });
    await app.api.call(`/artifacts/${model}`, { method: 'DELETE' });
    const left = await app.sql
      .selectFrom('kept_predictions')
      .select('key')
      .where('artifact_id', '=', model)
      .execute();
    expect(left).toEqual([]);
    await expectProblem(await app.api.call(`/artifacts/${model}/quality`), 404, 'not_found');
  });

  test('and what is told of them survive a restart of the service', async () => {
    await using database = await freshDatabase();
    await using root = await storageRoot();
    const env = { DATABASE_URL: database.url };
    const rows = await tableOf('wine_test.csv');
    let model: string;
    {
      await using first = await startTestApp(env, root);
      const { dataset_id } = await first.api.uploadFile('wine_train.csv');
      model = (await first.api.train(dataset_id)).artifact_id;
      await predict(model, rows, { keys: keysOf(rows) }, first);
    }
    await using later = await startTestApp(env, root);
    const outcomes = rows.map((row, i) => ({ key: `row ${i}`, actual: row['target'] }));
    const answer = await later.api.post(`/artifacts/${model}/feedback`, { outcomes });
    expect(await later.api.json(answer)).toMatchObject({ accepted: rows.length, unknown: NONE });
    expect(await qualityOf(model, '24h', later)).toMatchObject({ outcomes: rows.length });
  });
});
