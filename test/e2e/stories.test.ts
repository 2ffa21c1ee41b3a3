import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { churn } from '../../bench/training/shapes/churn.ts';
import { houses } from '../../bench/training/shapes/houses.ts';
import { titanic } from '../../bench/training/shapes/titanic.ts';
import { createRandom } from '../../src/tabular/training/random.ts';
import { startDeployed } from '../support/deployment.ts';
import { keptModels } from '../support/kept-models.ts';
import { expectProblem } from '../support/problem.ts';
import type { Service } from '../support/service.ts';
import { type Cells, cellsOf, csvOf, rowsOf } from '../support/tables.ts';

/**
 * Three tables as people bring them, from the upload to a model that is called, watched, judged and rolled back, as a
 * data scientist would, by the API alone.
 */
type Json = Record<string, unknown>;
/** A generated one, by its target and the others. */
type Table = Cells & { readonly target: Cells[string] };
interface Warned {
  readonly code: string;
  readonly column?: string;
}
interface Dataset extends Json {
  readonly dataset_id: string;
  readonly warnings: Warned[];
}
interface Profile {
  readonly profile: { readonly name: string; readonly type: string; readonly reads_as?: string }[];
}
interface Metrics {
  readonly [figure: string]: unknown;
  readonly accuracy: number;
  readonly roc_auc: number;
  readonly log_loss: number;
  readonly mae: number;
  readonly median_absolute_error: number;
  readonly baseline: Metrics;
  readonly feature_importances: { readonly feature: string; readonly importance: number }[];
  readonly excluded: { readonly column: string; readonly reason: string }[];
}
interface Trained {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly task: string;
  readonly artifact_id: string;
  readonly warnings: Warned[];
  readonly metrics: Metrics;
}
interface Predicted {
  readonly predictions: (string | number)[];
  readonly probabilities: Record<string, number>[];
  readonly warnings?: Warned[];
}
interface Decision {
  readonly threshold: number | null;
  readonly cost: number;
}
interface Quality {
  readonly outcomes: number;
  readonly live: Record<string, number>;
  readonly training: Record<string, number>;
}

const KEPT = '1';
/** A small budget: what is found in it is better than nothing, and the test is over soon. */
const BRIEFLY = { mode: 'heavy', params: { max_trials: 2, time_budget_seconds: 2 } };

let stack: AsyncDisposableStack;
let service: Service;
let models: ReturnType<typeof keptModels>;
beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  service = starting.use(await startDeployed({ MAX_MODEL_ARTIFACTS: KEPT }));
  models = keptModels(service.api);
  stack = starting.move();
});
afterAll(() => stack.disposeAsync());

const get = async <T>(path: string): Promise<T> => service.api.json<T>(await service.api.call(path));
const post = async <T>(path: string, body: unknown): Promise<T> => {
  const answer = await service.api.post(path, body);
  expect([path, answer.status]).toEqual([path, 200]);
  return service.api.json<T>(answer);
};
const upload = async (name: string, csv: string) => (await service.api.upload(name, csv)) as Dataset;
const readsAs = async (dataset: Dataset) => {
  const { profile } = await get<Profile>(`/datasets/${dataset.dataset_id}`);
  return Object.fromEntries(profile.map(({ name, type, reads_as }) => [name, reads_as ?? type]));
};
const codes = (warnings: readonly Warned[]) =>
  warnings.map(({ code, column }) => (column === undefined ? code : `${code}: ${column}`));

async function train(dataset: Dataset, options: Json): Promise<Trained> {
  const run = (await service.api.train(dataset.dataset_id, options)) as unknown as Trained;
  expect([run.status, run.error]).toEqual(['succeeded', null]);
  return run;
}

/** A request that names no target gets no model of whatever stands last, but the columns that could be meant. */
async function refusedWithout(target: string, dataset: Dataset): Promise<void> {
  const answer = await service.api.post('/training-runs', { dataset_id: dataset.dataset_id, mode: 'light' });
  const { candidates } = (await answer.clone().json()) as { candidates: string[] };
  expect(await expectProblem(answer, 422, 'unusable_data')).toMatch(/name the one to predict/);
  expect(candidates).toContain(target);
}

const table = (address: string, csv: string) =>
  service.api.call(`${address}/predict`, {
    method: 'POST',
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
const firstColumn = async (answer: Response) =>
  (await answer.text())
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);

const without = (cells: Cells, ...names: string[]): Cells =>
  Object.fromEntries(Object.entries(cells).filter(([name]) => !names.includes(name)));

describe('the passengers of a ship', () => {
  const ROWS = 891;
  const { target, ...columns } = cellsOf(titanic(ROWS + 600, createRandom(1912))) as Table;
  /** As pandas writes it, with its index, and a name a passenger. */
  const asPandas: Cells = {
    '': (row) => row,
    name: (row) => `Passenger ${row}, ${columns['sex']?.(row) === 'female' ? 'Mrs.' : 'Mr.'}`,
    ...columns,
    survived: target,
  };
  /** What is known before the outcome. */
  const asked = without({ ...asPandas, index: asPandas['']! }, '', 'survived');

  test('are predicted by a model that stays, is promoted, watched, told the truth and rolled back', async () => {
    const dataset = await upload('titanic.csv', csvOf(asPandas, ROWS));
    expect(codes(dataset.warnings)).toEqual(
      expect.arrayContaining(['renamed: index', 'identifier: name', 'mostly_empty: deck']),
    );
    await refusedWithout('survived', dataset);

    const light = await train(dataset, { target: 'survived' });
    expect(light.task).toBe('classification');
    expect(light.metrics.accuracy).toBeGreaterThan(light.metrics.baseline.accuracy + 0.1);
    expect(light.metrics.excluded.map(({ column }) => column)).toContain('name');
    expect(codes(light.warnings)).toContain('column_dropped: name');
    await models.register('titanic', light.artifact_id);
    await models.promote('titanic', 'production', 1);

    // One model is kept that no name holds: the named ones stay beside it.
    const passing = await train(dataset, { target: 'survived', seed: 1 });
    const heavy = await train(dataset, { target: 'survived', ...BRIEFLY });
    expect(heavy.metrics.roc_auc).toBeGreaterThan(0.75);
    expect(heavy.metrics.feature_importances[0]?.feature).toBe('sex');
    await expectProblem(await service.api.call(`/artifacts/${passing.artifact_id}`), 410, 'gone');
    expect(await service.api.run(passing.id)).toMatchObject({
      artifact_id: null,
      artifact_removed_at: expect.any(String),
      artifact_removed_by: 'retention',
    });
    await models.register('titanic', heavy.artifact_id);

    // A life that is not foreseen costs more than a rescue that does not come.
    const { thresholds } = await get<{ thresholds: { current: Decision; cheapest: Decision } }>(
      `/artifacts/${heavy.artifact_id}/evaluation?false_negative_cost=5`,
    );
    expect(thresholds.cheapest.cost).toBeLessThan(thresholds.current.cost);
    expect(thresholds.cheapest.threshold).toBeLessThan(0.5);

    // A row and a table, by the address that stays.
    const alias = '/models/titanic@production';
    const [row] = rowsOf(asked, 1, ROWS);
    const one = await post<Predicted & { explanation: Json }>(`${alias}/predict`, {
      rows: [row],
      contributions: true,
    });
    expect(one.explanation).toMatchObject({ scale: 'log_odds' });
    const whole = await table(alias, csvOf(asked, 100, { from: ROWS }));
    expect([whole.status, whole.headers.get('model-version')]).toEqual([200, '1']);
    expect((await firstColumn(whole))[0]).toBe(one.predictions[0]);

    // The same passengers are asked of both, and later it is known what became of them.
    const keys = Array.from({ length: 600 }, (_, i) => `passenger ${i}`);
    const rows = rowsOf(asked, 600, ROWS);
    for (const version of [1, 2]) await post(`/models/titanic/versions/${version}/predict`, { rows, keys });
    const outcomes = keys.map((key, i) => ({ key, actual: target(ROWS + i) }));
    expect(await post('/models/titanic/feedback', { outcomes })).toMatchObject({
      accepted: 600,
      unknown: { count: 0 },
    });
    const qualities = await Promise.all(
      [light, heavy].map((run) => get<Quality>(`/artifacts/${run.artifact_id}/quality`)),
    );
    for (const [i, { outcomes, live, training }] of qualities.entries()) {
      expect(outcomes).toBe(600);
      expect(training['accuracy']).toBe([light, heavy][i]?.metrics.accuracy);
      // Both are of such passengers as the model was trained on.
      expect(Math.abs(live['accuracy']! - training['accuracy']!)).toBeLessThan(0.1);
      expect(live['roc_auc']).toBeGreaterThan(0.7);
    }

    // Promotion; another crowd comes aboard, and it is said whose column moved and to what; back again.
    await models.promote('titanic', 'production', 2);
    expect((await table(alias, csvOf(asked, 5, { from: ROWS }))).headers.get('model-version')).toBe('2');
    const old = rows.map((each) => ({ ...each, age: 80 }));
    const crowd = await post<Predicted>(`${alias}/predict`, { rows: old });
    expect(codes(crowd.warnings ?? [])).toEqual(['drift: age']);
    const drift = await get<Json & { columns: Json[] }>(`/artifacts/${heavy.artifact_id}/drift?window=1h`);
    expect(drift).toMatchObject({ level: 'significant', rows: 1205 });
    const [age] = drift.columns as {
      name: string;
      distribution: { reference: number[]; current: number[] };
    }[];
    expect(age?.name).toBe('age');
    const oldest = (shares: number[]) => shares.at(-2)!;
    expect(oldest(age!.distribution.reference)).toBeLessThan(0.15);
    expect(oldest(age!.distribution.current)).toBeGreaterThan(0.45);
    await models.promote('titanic', 'production', 1);
    const { items } = await get<{ items: Json[] }>('/models/titanic/history?limit=2');
    expect(items.map(({ change }) => change)).toEqual(['alias_rolled_back', 'alias_promoted']);
    expect((await post<Predicted>(`${alias}/predict`, { rows: [row] })).predictions).toEqual(one.predictions);
  });
});

describe('the prices of houses', () => {
  const ROWS = 1460;
  const LATER = 200;
  const { target: price, ...columns } = cellsOf(houses(ROWS + LATER, createRandom(7))) as Table;
  const { living, plot } = columns as { living: Cells[string]; plot: Cells[string] };
  const german = new Intl.NumberFormat('de-DE', { minimumFractionDigits: 2 });
  const inGerman = (value: string | number | undefined) => (value === '' ? '' : german.format(Number(value)));
  const day = (row: number) => new Date(Date.UTC(2006, 0, 1 + ((row * 37) % 1800)));
  /** As Excel writes it in Germany: semicolons, `1.234,56`, `31.12.2009`, sums with their sign; one in 200 absurd. */
  const asExcel: Cells = {
    ...columns,
    living: (row) => inGerman(living(row)),
    plot: (row) => inGerman(plot(row)),
    sold: (row) => day(row).toLocaleDateString('de-DE', { timeZone: 'UTC', dateStyle: 'medium' }),
    price: (row) => `${inGerman(price(row))} €`,
  };
  const asked = without(asExcel, 'price');
  let versions: Trained[];
  const write = (cells: Cells, rows: number, from = 0) => csvOf(cells, rows, { from, delimiter: ';' });

  test('are learned from a German table with absurd prices, and told in numbers', async () => {
    const dataset = await upload('haeuser.csv', write(asExcel, ROWS));
    const read = await readsAs(dataset);
    expect(read).toMatchObject({
      living: `number (decimal comma), ${ROWS} of ${ROWS}`,
      sold: `date (dd.mm.yyyy), ${ROWS} of ${ROWS}`,
      price: `number (decimal comma, thousands point, €), ${ROWS} of ${ROWS}`,
    });
    await refusedWithout('price', dataset);

    const light = await train(dataset, { target: 'price' });
    expect(codes(light.warnings)).toEqual(['heavy_tailed_target: price']);
    await models.register('houses', light.artifact_id);
    await models.promote('houses', 'production', 1);
    const heavy = await train(dataset, {
      target: 'price',
      mode: 'heavy',
      params: { ...BRIEFLY.params, split: { kind: 'time', column: 'sold' } },
    });
    expect(heavy.metrics['split']).toMatchObject({ kind: 'time', column: 'sold' });
    versions = [light, heavy];
    for (const { task, metrics } of versions) {
      expect([task, metrics.excluded]).toEqual(['regression', []]);
      expect(metrics['target_transform']).toMatchObject({ name: 'log' });
      expect(metrics.mae).toBeLessThan(0.7 * metrics.baseline.mae);
      expect(metrics.median_absolute_error).toBeLessThan(0.3 * metrics.baseline.median_absolute_error);
    }
    expect(light.metrics.feature_importances.slice(0, 3).map(({ feature }) => feature)).toContain('living');
    const { inputs } = await get<{ inputs: { name: string; type: string }[] }>(
      `/artifacts/${light.artifact_id}`,
    );
    expect(inputs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'living', type: 'number' }),
        expect.objectContaining({ name: 'plot', type: 'number' }),
        expect.objectContaining({ name: 'sold', type: 'datetime' }),
      ]),
    );
    const { residuals } = await get<{ residuals: { quantiles: { values: number[] } } }>(
      `/artifacts/${light.artifact_id}/evaluation`,
    );
    expect(residuals.quantiles.values.length).toBeGreaterThan(2);
    await models.register('houses', heavy.artifact_id);
  });

  test('are predicted alike from numbers, German texts and German tables, and compared with those paid', async () => {
    const alias = '/models/houses@production';
    const keys = Array.from({ length: LATER }, (_, i) => `house ${i}`);
    const rows = rowsOf(asked, LATER, ROWS);
    const { predictions } = await post<Predicted>(`${alias}/predict`, { rows, keys });
    const plain = rowsOf({ ...asked, living, plot, sold: (row) => day(row).getTime() }, LATER, ROWS);
    expect((await post<Predicted>(`${alias}/predict`, { rows: plain })).predictions).toEqual(predictions);
    const fromTable = await firstColumn(await table(alias, write(asked, LATER, ROWS)));
    expect(fromTable.map(Number)).toEqual(predictions);

    await post('/models/houses/versions/2/predict', { rows, keys });
    const outcomes = keys.map((key, i) => ({ key, actual: price(ROWS + i) }));
    expect(await post('/models/houses/feedback', { outcomes })).toMatchObject({ accepted: LATER });
    for (const { artifact_id, metrics } of versions) {
      const { outcomes: told, live } = await get<Quality>(`/artifacts/${artifact_id}/quality`);
      expect(told).toBe(LATER);
      expect(live['mae']).toBeLessThan(metrics.baseline.mae);
    }

    // Somebody sends square feet.
    const feet = plain.map((row) => ({ ...row, living: 10.76 * Number(row['living']) }));
    const { warnings = [] } = await post<Predicted>(`${alias}/predict`, {
      rows: [...feet, ...feet, ...feet],
    });
    expect(codes(warnings)).toContain('drift: living');
  });
});

describe('customers who leave', () => {
  const ROWS = 1500;
  const LATER = 500;
  const { target, ...columns } = cellsOf(churn(ROWS + LATER, createRandom(7, 'churn'))) as Table;
  /** What is only known when it is too late. */
  const ignore = Array.from({ length: 33 }, (_, i) => `x${40 + i}`);
  const inEnglish = (name: string) => (row: number) => {
    const value = columns[name]?.(row);
    return value === '' ? '?' : (50 * Number(value)).toLocaleString('en-US', { minimumFractionDigits: 2 });
  };
  const churned = (row: number) => (target(row) === '1' ? 'yes' : 'no');
  /** As a system in the United States exports it: `1,234.50`, `12/31/2023`, `?` for what it does not know. */
  const asExported: Cells = {
    customer: (row) => `C-${10_000 + row}`,
    since: (row) => `${1 + (row % 12)}/${1 + (row % 28)}/${2015 + (row % 9)}`,
    ...columns,
    x0: inEnglish('x0'),
    // One of all cells was written by hand.
    x3: (row) => (row === 7 ? '5 or so' : inEnglish('x3')(row)),
    churned,
  };
  const asked = without(asExported, 'churned', ...ignore);

  test('are found better than by chance, no column of `1,234` being dropped without a word', async () => {
    const options = encodeURIComponent(JSON.stringify({ ignore }));
    const answer = await service.api.call(`/datasets/upload?name=churn.csv&options=${options}`, {
      method: 'POST',
      body: csvOf(asExported, ROWS),
    });
    expect(answer.status).toBe(201);
    const dataset = await service.api.json<Dataset>(answer);
    const read = await readsAs(dataset);
    expect(read).toMatchObject({
      x0: expect.stringMatching(/^number \(thousands comma\), (\d+) of \1$/),
      since: `date (mm/dd/yyyy), ${ROWS} of ${ROWS}`,
      x3: 'string',
    });
    expect(read).not.toHaveProperty('x40');
    expect(codes(dataset.warnings)).toEqual(
      expect.arrayContaining(['identifier: customer', 'looks_like_number: x3']),
    );
    await refusedWithout('churned', dataset);

    const light = await train(dataset, { target: 'churned' });
    // Whatever was left out is said, and the numbers that were read are in.
    expect(light.metrics.excluded.map(({ column }) => column)).toContain('customer');
    expect(codes(light.warnings)).toEqual(
      expect.arrayContaining(light.metrics.excluded.map(({ column }) => `column_dropped: ${column}`)),
    );
    expect(light.metrics.excluded.map(({ column }) => column)).not.toContain('x0');
    await models.register('churn', light.artifact_id);
    const heavy = await train(dataset, { target: 'churned', ...BRIEFLY });
    for (const { metrics } of [light, heavy]) expect(metrics.roc_auc).toBeGreaterThan(0.6);
    expect(heavy.metrics.log_loss).toBeLessThan(heavy.metrics.baseline.log_loss);
    await models.register('churn', heavy.artifact_id);
    await models.promote('churn', 'production', 2);

    // To call a customer who would have stayed costs little; the threshold is chosen by that.
    const { thresholds } = await get<{ thresholds: { cheapest: Decision } }>(
      `/artifacts/${heavy.artifact_id}/evaluation?false_negative_cost=10`,
    );
    const { threshold } = thresholds.cheapest;
    const keys = Array.from({ length: LATER }, (_, i) => String(asExported['customer']?.(ROWS + i)));
    const { probabilities } = await post<Predicted>('/models/churn@production/predict', {
      rows: rowsOf(asked, LATER, ROWS),
      keys,
    });
    const called = probabilities.flatMap(({ yes = 0 }, i) => (yes >= (threshold ?? 1) ? [ROWS + i] : []));
    const share = (rows: readonly number[]) =>
      rows.filter((row) => churned(row) === 'yes').length / rows.length;
    expect(share(called)).toBeGreaterThan(1.1 * share(keys.map((_, i) => ROWS + i)));

    // A month later; one of them is nobody's.
    const outcomes = keys.map((key, i) => ({ key, actual: churned(ROWS + i) }));
    const told = await post('/models/churn/feedback', {
      outcomes: [...outcomes, { key: 'C-1', actual: 'no' }],
    });
    expect(told).toMatchObject({ accepted: LATER, unknown: { count: 1, keys: ['C-1'] } });
    const { live } = await get<Quality>(`/artifacts/${heavy.artifact_id}/quality?window=24h`);
    expect(live['roc_auc']).toBeGreaterThan(0.6);
    const page = await service.api.metrics();
    expect(page).toMatch(/^mlops_backend_feedback_predictions_total\{task="classification"\} (\d{3,})$/m);
  });
});
