import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectProblem } from '../support/problem.ts';

type Row = Record<string, unknown>;
interface Explained {
  predictions: (string | number)[];
  probabilities: Record<string, number>[];
  explanation: {
    scale: string;
    rows: { class?: string; base_value: number; contributions: { column: string; value: number }[] }[];
  };
}

/** Sold where it is big or blue, whatever the noise. */
const rowOf = (i: number): Row => ({
  size: i % 11 === 0 ? null : Math.sin(i * 7.7),
  colour: ['red', 'green', 'blue'][i % 3],
  noise: Math.cos(i * 3.1),
});
const isSold = (i: number) => Math.sin(i * 7.7) > 0.3 || i % 3 === 2;
const csv = (target: (i: number) => unknown, length: number) =>
  `size,colour,noise,y\n${Array.from({ length }, (_, i) => `${Object.values(rowOf(i)).join(',')},${target(i)}`).join('\n')}\n`;
const rows = Array.from({ length: 8 }, (_, i) => rowOf(i));

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ MAX_MODEL_ARTIFACTS: '0' });
});
afterAll(() => app[Symbol.asyncDispose]());

const ask = (id: string, body: Row) => app.api.post(`/artifacts/${id}/predict`, body);
const explained = async (id: string): Promise<Explained> => {
  const response = await ask(id, { rows, contributions: true });
  const answer = await app.api.json<Explained & Row>(response);
  expect([response.status, answer]).toEqual([200, expect.anything()]);
  return answer;
};
const scoreOf = ({ base_value, contributions }: Explained['explanation']['rows'][number]) =>
  contributions.reduce((sum, { value }) => sum + value, base_value);

async function trained(target: (i: number) => unknown, options: Row = {}, length = 240): Promise<string> {
  const { dataset_id } = await app.api.upload('sold.csv', csv(target, length));
  return (await app.api.train(dataset_id, { target: 'y', ...options })).artifact_id;
}

describe('of two classes', () => {
  let model: string;
  beforeAll(async () => {
    model = await trained((i) => (isSold(i) ? 'sold' : 'kept'));
  });

  test('a row’s contributions are of each column, the largest first, and sum to the log-odds of the second', async () => {
    const { predictions, probabilities, explanation } = await explained(model);
    expect(explanation.scale).toBe('log_odds');
    explanation.rows.forEach((row, i) => {
      // Labels are sorted.
      expect(row.class).toBe('sold');
      expect(row.contributions.map(({ column }) => column).sort()).toEqual(['colour', 'noise', 'size']);
      const sizes = row.contributions.map(({ value }) => Math.abs(value));
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      const { sold, kept } = probabilities[i] as { sold: number; kept: number };
      expect(scoreOf(row)).toBeCloseTo(Math.log(sold / kept), 6);
      expect(scoreOf(row) > 0).toBe(predictions[i] === 'sold');
    });
    const [, , blue] = explanation.rows;
    expect(blue?.contributions.find(({ column }) => column === 'colour')?.value).toBeGreaterThan(0);
  });

  test('all else is answered as without them, and without being asked for there are none', async () => {
    const { explanation: _, ...rest } = await explained(model);
    for (const asked of [{}, { contributions: false }])
      expect(await app.api.json(await ask(model, { rows, ...asked }))).toEqual(rest);
  });

  test('more than 100 rows are refused, and what is not true or false', async () => {
    const many = Array.from({ length: 101 }, (_, i) => rowOf(i));
    const detail = await expectProblem(
      await ask(model, { rows: many, contributions: true }),
      400,
      'invalid_request',
    );
    expect(detail).toContain('at most 100 rows');
    expect((await ask(model, { rows: many })).status).toBe(200);
    expect((await ask(model, { rows: many.slice(1), contributions: true })).status).toBe(200);
    await expectProblem(await ask(model, { rows, contributions: 'yes' }), 400, 'invalid_request');
  });

  test('a model from before they were possible says so, and predicts all the same', async () => {
    const old = await trained((i) => (isSold(i) ? 'sold' : 'kept'));
    const file = join(app.root, 'objects', 'artifacts', `${old}.scoring.json`);
    const document = JSON.parse(await readFile(file, 'utf8')) as { estimator: Row };
    const { means, ...estimator } = document.estimator;
    expect(means).toBeDefined();
    await writeFile(file, JSON.stringify({ ...document, estimator }));
    const detail = await expectProblem(await ask(old, { rows, contributions: true }), 400, 'invalid_request');
    expect(detail).toContain('Train it again');
    expect((await ask(old, { rows })).status).toBe(200);
  });
});

test('of three classes they are of the predicted one’s margin', async () => {
  const model = await trained((i) => (isSold(i) ? (i % 3 === 2 ? 'blue' : 'big') : 'kept'));
  const { predictions, explanation } = await explained(model);
  expect(explanation.scale).toBe('margin');
  expect(explanation.rows.map((row) => row.class)).toEqual(predictions);
  // Its margin is the highest, so above the mean of all, which is 0 with a penalty on every weight.
  for (const row of explanation.rows) expect(scoreOf(row)).toBeGreaterThan(0);
});

test('of a heavy regression they sum to the prediction, blended or not', async () => {
  const value = (i: number) => 10 * Number(isSold(i)) + Math.sin(i * 7.7);
  const model = await trained(value, { mode: 'heavy', params: { max_trials: 2 } }, 80);
  const { predictions, explanation } = await explained(model);
  expect(explanation.scale).toBe('value');
  explanation.rows.forEach((row, i) => {
    expect(row).not.toHaveProperty('class');
    expect(scoreOf(row)).toBeCloseTo(predictions[i] as number, 6);
  });
});
