import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { expectProblem } from '../../support/problem.ts';
import { csvOf } from '../../support/tables.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const table = (columns: Parameters<typeof csvOf>[0], rows = 40) => csvOf(columns, rows);
const word = (row: number) => (row % 2 ? 'yes' : 'no');

let app: TestApp;
let datasetId: string;
beforeAll(async () => {
  app = await startTestApp();
  const dataset = await app.api.upload('words.csv', table({ x: (row) => row, target: word }));
  datasetId = dataset.dataset_id;
});
afterAll(() => app[Symbol.asyncDispose]());

// What was asked for here is not of interest: the worker shall have nothing in its way.
afterEach(async () => {
  const { items } = await app.api.json<{ items: { id: string; status: string }[] }>(
    await app.api.call('/training-runs?limit=100'),
  );
  for (const { id } of items.filter(({ status }) => status === 'queued' || status === 'running'))
    await app.api.call(`/training-runs/${id}/cancel`, { method: 'POST' });
});

const request = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  app.api.post('/training-runs', { dataset_id: datasetId, mode: 'light', ...body }, headers);
const queued = async (body: Record<string, unknown>, headers: Record<string, string> = {}) => {
  const response = await request(body, headers);
  const run = await app.api.json(response);
  expect([response.status, run]).toEqual([202, expect.anything()]);
  return run;
};
const runs = async () => {
  const { items } = await app.api.json<{ items: { id: string }[] }>(
    await app.api.call('/training-runs?limit=100'),
  );
  return items.map(({ id }) => id);
};

test('a request is answered 202 with the queued run and where to find it', async () => {
  const response = await request({ seed: 7, params: { l2: 0.5 } });
  expect(response.status).toBe(202);
  const run = await app.api.json(response);
  expect(run).toEqual({
    id: expect.stringMatching(UUID_V7),
    dataset_id: datasetId,
    mode: 'light',
    task: 'classification',
    target: 'target',
    seed: 7,
    params: { l2: 0.5 },
    status: 'queued',
    attempt: 0,
    progress: 0,
    progress_details: null,
    queued_at: expect.stringMatching(/Z$/),
    started_at: null,
    finished_at: null,
    duration_seconds: null,
    metrics: null,
    warnings: [],
    artifact_id: null,
    artifact_removed_at: null,
    tags: {},
    note: null,
    artifact_removed_by: null,
    error: null,
    error_type: null,
    trace_id: null,
  });
  const location = response.headers.get('location') as string;
  expect(location).toBe(`/api/ml/v1/training-runs/${String(run['id'])}`);
  expect(await app.api.json(await app.api.call(location))).toMatchObject({ id: run['id'] });
});

describe('the target, when none is given', () => {
  test.each([
    ['is the column "target" before all others', { y: word, label: word, target: word, z: word }, 'target'],
    ['else "label"', { y: word, label: word, z: word }, 'label'],
    ['else "y"', { x: word, y: word, z: word }, 'y'],
  ])('%s', async (_what, columns, target) => {
    const { dataset_id } = await app.api.upload('columns.csv', table(columns));
    expect(await queued({ dataset_id })).toMatchObject({ target });
  });
});

describe('without a target and without a column called so, a request is refused', () => {
  const refusal = async (csv: string) => {
    const { dataset_id } = await app.api.upload('unnamed.csv', csv);
    const before = await runs();
    const response = await request({ dataset_id });
    const { candidates } = await app.api.json<{ candidates: string[] }>(response.clone());
    const detail = await expectProblem(response, 422, 'unusable_data');
    expect(await runs()).toEqual(before);
    return { candidates, detail };
  };

  test('with the columns that could be it, the last one first, and how to name one', async () => {
    const { candidates, detail } = await refusal(
      table({
        Target: word,
        id: (row) => `id-${row}`,
        price: (row) => row * 1.5,
        always: () => 'same',
        day: (row) => `2026-01-0${1 + (row % 9)}`,
      }),
    );
    expect(candidates).toEqual(['day', 'price', 'Target']);
    expect(detail).toContain('Candidates: "day", "price", "Target".');
    expect(detail).toContain('as "target"');
  });

  test('with so many of them as an answer can hold, and their names cut in the sentence', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `${i}-`.padEnd(256, 'x'));
    const { candidates, detail } = await refusal(
      table(Object.fromEntries(names.map((name) => [name, (row: number) => row]))),
    );
    expect(candidates).toEqual(names.toReversed().slice(0, 20));
    expect(detail).toContain(`"${'199-'.padEnd(60, 'x')}…"`);
    expect(detail).toMatch(/ and 180 more\.$/);
    expect(detail.length).toBeLessThan(2000);
  });

  test('with a word of why there is none, where no column could be it', async () => {
    const { candidates, detail } = await refusal(table({ id: (row) => `id-${row}`, always: () => 'same' }));
    expect(candidates).toEqual([]);
    expect(detail).toContain('None of its columns could be it');
  });
});

describe('the task, when none is given', () => {
  test.each([
    ['is classification for text', (row: number) => `t${row % 25}`, 'classification'],
    ['is classification for 20 distinct numbers', (row: number) => row % 20, 'classification'],
    ['is regression for 21 distinct numbers', (row: number) => row % 21, 'regression'],
    ['is classification for true and false', (row: number) => String(row % 2 === 0), 'classification'],
  ])('%s', async (_what, target, task) => {
    const { dataset_id } = await app.api.upload('task.csv', table({ x: (row) => row, target }, 63));
    expect(await queued({ dataset_id })).toMatchObject({ task });
  });

  test('yields to the one that is given', async () => {
    const { dataset_id } = await app.api.upload('both.csv', table({ x: (row) => row, y: (row) => row % 5 }));
    expect(await queued({ dataset_id, task: 'regression' })).toMatchObject({ task: 'regression' });
    expect(await queued({ dataset_id, target: 'x' })).toMatchObject({ task: 'regression', target: 'x' });
  });
});

test('the largest seed is taken, and so is none', async () => {
  expect(await queued({ seed: 2 ** 32 - 1 })).toMatchObject({ seed: 4_294_967_295 });
  expect(await queued({})).toMatchObject({ seed: 42 });
});

describe('a task that was taken for classification', () => {
  const askedFor = async (distinct: number, body: Record<string, unknown> = {}) => {
    const y = (row: number) => row % distinct;
    const { dataset_id } = await app.api.upload('guess.csv', table({ x: (row) => row * 1.5, y }, 60));
    return (await queued({ dataset_id, ...body }))['warnings'];
  };

  test('of more than 5 numbers is said to be guessed', async () => {
    expect(await askedFor(6)).toEqual([
      {
        code: 'task_guessed',
        column: 'y',
        message: expect.stringMatching(/^Column "y" holds 6 different numbers.*"regression"\.$/),
      },
    ]);
  });

  test('is no guess where it was named, or with 5, or where the numbers are many', async () => {
    for (const task of ['classification', 'regression']) expect(await askedFor(6, { task })).toEqual([]);
    for (const distinct of [2, 5, 30]) expect(await askedFor(distinct)).toEqual([]);
  });
});

describe('a request is refused, and queues nothing', () => {
  const post = (body: string, contentType = 'application/json') =>
    app.api.call('/training-runs', { method: 'POST', body, headers: { 'content-type': contentType } });
  const nothingQueued = async (act: () => Promise<unknown>) => {
    const before = await runs();
    await act();
    expect(await runs()).toEqual(before);
  };

  test('for a dataset that does not exist', async () => {
    await nothingQueued(async () => {
      for (const dataset_id of ['019a9d3c-7f00-7000-8000-000000000000', 'nonsense'])
        await expectProblem(await request({ dataset_id }), 404, 'not_found');
    });
  });

  test('for a target the dataset does not have, naming it', async () => {
    await nothingQueued(async () => {
      const detail = await expectProblem(await request({ target: 'price' }), 422, 'unusable_data');
      expect(detail).toContain('"price"');
    });
  });

  test('for regression on text, naming the column', async () => {
    await nothingQueued(async () => {
      const detail = await expectProblem(await request({ task: 'regression' }), 422, 'unusable_data');
      expect(detail).toContain('"target"');
    });
  });

  test.each([
    ['an unknown parameter', { params: { learning_speed: 1 } }, /learning_speed/],
    ['a parameter out of range', { params: { l2: -1 } }, /l2/],
    ['a parameter of another mode', { mode: 'heavy', params: { l2: 1 } }, /l2/],
    ['params that are no object', { params: [1] }, /params/],
    ['an unknown field', { epochs: 3 }, /epochs/],
    ['an unknown mode', { mode: 'medium' }, /mode/],
    ['no mode', { mode: undefined }, /mode/],
    ['an unknown task', { task: 'clustering' }, /task/],
    ['no dataset', { dataset_id: undefined }, /dataset_id/],
    ['an empty target', { target: '' }, /target/],
    ['a target that is no text', { target: 5 }, /target/],
    ['a negative seed', { seed: -1 }, /seed/],
    ['a seed that is no whole number', { seed: 0.5 }, /seed/],
    ['a seed that has more bits than are used', { seed: 1 + 2 ** 32 }, /seed: must be at most 4294967295/],
  ])('with %s, saying so', async (_what, body, says) => {
    await nothingQueued(async () => {
      expect(await expectProblem(await request(body), 400, 'invalid_request')).toMatch(says);
    });
  });

  test.each(['{', '', '[]', 'null', '"text"', '{"dataset_id":'])('with the body %j', async (body) => {
    await nothingQueued(async () => expectProblem(await post(body), 400, 'invalid_request'));
  });

  test('with a body of another content type', async () => {
    await nothingQueued(async () => {
      const body = JSON.stringify({ dataset_id: datasetId, mode: 'light' });
      await expectProblem(await post(body, 'text/plain'), 415, 'unsupported_format');
      await expectProblem(await post(body, 'application/x-www-form-urlencoded'), 415, 'unsupported_format');
    });
  });
});

describe('Idempotency-Key', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  test('the same request again gives the same run', async () => {
    const first = await queued({ seed: 1 }, key('a'));
    const before = await runs();
    const again = await queued({ seed: 1 }, key('a'));
    expect(again['id']).toBe(first['id']);
    expect(await runs()).toEqual(before);
  });

  test('ten times at once is one run', async () => {
    const before = await runs();
    const answers = await Promise.all(Array.from({ length: 10 }, () => queued({ seed: 2 }, key('b'))));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await runs()).toHaveLength(before.length + 1);
  });

  test('with another body it is refused', async () => {
    await queued({ seed: 3 }, key('c'));
    await expectProblem(await request({ seed: 4 }, key('c')), 422, 'idempotency_key_reused');
  });

  test('the order of the fields does not make another body', async () => {
    const params = { l2: 1, class_weight: 'balanced' };
    const first = await queued({ params }, key('d'));
    const again = await queued({ params: { class_weight: 'balanced', l2: 1 } }, key('d'));
    expect(again['id']).toBe(first['id']);
  });

  test('also finds a run that has ended', async () => {
    const first = await queued({ seed: 5 }, key('e'));
    await app.api.ended(first['id'] as string);
    expect(await queued({ seed: 5 }, key('e'))).toMatchObject({ id: first['id'], status: 'succeeded' });
  });

  test('another key, or none, is another run', async () => {
    const ids = [
      await queued({ seed: 6 }, key('f')),
      await queued({ seed: 6 }, key('g')),
      await queued({ seed: 6 }),
      await queued({ seed: 6 }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  test('longer than 255 characters is refused', async () => {
    await expectProblem(await request({}, key('k'.repeat(256))), 400, 'invalid_request');
  });
});

describe('the list of runs', () => {
  test('is newest first and comes in pages that join', async () => {
    const all = await runs();
    const joined: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=7' : `?limit=7&cursor=${cursor}`;
      const page = await app.api.json<{ items: { id: string }[]; next_cursor: string | null }>(
        await app.api.call(`/training-runs${query}`),
      );
      joined.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(joined).toEqual(all);
    expect(all).toEqual([...all].sort().reverse());
  });

  test('refuses a bad limit and a bad cursor', async () => {
    for (const query of ['limit=0', 'limit=101', 'cursor=nonsense'])
      await expectProblem(await app.api.call(`/training-runs?${query}`), 400, 'invalid_request');
  });
});

test('an unknown run is 404 in every way it can be asked for', async () => {
  for (const id of ['019a9d3c-7f00-7000-8000-000000000000', 'nonsense']) {
    await expectProblem(await app.api.call(`/training-runs/${id}`), 404, 'not_found');
    await expectProblem(await app.api.call(`/training-runs/${id}/events`), 404, 'not_found');
    await expectProblem(
      await app.api.call(`/training-runs/${id}/cancel`, { method: 'POST' }),
      404,
      'not_found',
    );
  }
});
