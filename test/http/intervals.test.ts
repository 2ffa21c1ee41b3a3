import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';

let app: TestApp;
let model: string;
let table: string;
let rows: Record<string, number>[];
let truth: number[];
beforeAll(async () => {
  app = await startTestApp();
  const { dataset_id } = await app.api.uploadFile('diabetes_train.csv');
  model = `/artifacts/${(await app.api.train(dataset_id)).artifact_id}/predict`;
  table = await readFile(dataFile('diabetes_test.csv'), 'utf8');
  const [names = [], ...cells] = table
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  rows = cells.map((row) => Object.fromEntries(names.map((name, c) => [name, Number(row[c])])));
  truth = rows.map((row) => row['target']!);
});
afterAll(() => app[Symbol.asyncDispose]());

interface Answer {
  predictions: number[];
  intervals?: { lower: number; upper: number }[];
}
const send = (query: string, accept = 'text/csv') =>
  app.api.call(`${model}${query}`, {
    method: 'POST',
    body: table,
    headers: { 'content-type': 'text/csv', accept },
  });

test('rows are answered with the interval that they are in as often as is asked for', async () => {
  const answer = await app.api.json<Answer>(await app.api.post(model, { rows, intervals: 0.9 }));
  expect(answer.intervals).toHaveLength(rows.length);
  const within = answer.intervals!.filter(({ lower, upper }, i) => lower <= truth[i]! && truth[i]! <= upper);
  expect(within.length / rows.length).toBeGreaterThan(0.8);
  expect(
    answer.intervals!.every(
      ({ lower, upper }, i) => lower < answer.predictions[i]! && answer.predictions[i]! < upper,
    ),
  ).toBe(true);
  const narrower = await app.api.json<Answer>(await app.api.post(model, { rows, intervals: 0.5 }));
  expect(narrower.intervals![0]!.lower).toBeGreaterThan(answer.intervals![0]!.lower);
  expect(narrower.intervals![0]!.upper).toBeLessThan(answer.intervals![0]!.upper);
  expect(await app.api.json(await app.api.post(model, { rows }))).not.toHaveProperty('intervals');
});

test('a table is answered with the same, as CSV and as NDJSON, by its own address too', async () => {
  const { predictions, intervals } = await app.api.json<Answer>(
    await app.api.post(model, { rows, intervals: 0.9 }),
  );
  const lines = predictions.map((value, i) => [value, intervals![i]!.lower, intervals![i]!.upper]);
  const csv = await (await send('?interval=0.9')).text();
  expect(csv).toBe(['prediction,lower,upper', ...lines.map((line) => line.join()), ''].join('\n'));
  expect(await (await send('/table?interval=0.9')).text()).toBe(csv);
  const ndjson = await (await send('?interval=0.9', 'application/x-ndjson')).text();
  expect(
    ndjson
      .trimEnd()
      .split('\n')
      .map((line) => Object.values(JSON.parse(line) as object)),
  ).toEqual(lines);
  expect((await (await send('')).text()).split('\n', 1)).toEqual(['prediction']);
});

test('what a model can not answer with is refused: more than its rows can tell, and intervals of classes', async () => {
  const beyond = /known up to a level of 0\.99\d: for more it was measured on too few rows/;
  expect(
    await expectProblem(await app.api.post(model, { rows, intervals: 0.999 }), 400, 'invalid_request'),
  ).toMatch(beyond);
  expect(await expectProblem(await send('?interval=0.999'), 400, 'invalid_request')).toMatch(beyond);
  const wine = await app.api.train((await app.api.uploadFile('wine_train.csv')).dataset_id);
  const classes = await app.api.post(`/artifacts/${wine.artifact_id}/predict`, { rows, intervals: 0.9 });
  expect(await expectProblem(classes, 400, 'invalid_request')).toContain('Intervals are those of numbers');
  for (const level of [0.2, 1, 90])
    await expectProblem(await app.api.post(model, { rows, intervals: level }), 400, 'invalid_request');
  await expectProblem(await send('?interval=ninety'), 400, 'invalid_request');
  expect(await expectProblem(await send('?intervals=0.9'), 400, 'invalid_request')).toContain(
    'did you mean "interval"',
  );
});

test('a run says what its intervals were measured on', async () => {
  const list = await app.api.json<{ items: { metrics: object }[] }>(await app.api.call('/artifacts'));
  expect(list.items.at(-1)?.metrics).toMatchObject({
    intervals: { measured_on: 'out_of_fold_rows', rows: 331, max_level: 1 - 2 / 332 },
  });
});
