import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { expectProblem } from '../../support/problem.ts';

const CSV = 'a,target\n1,x\n2,y\n3,x\n';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

interface Page {
  items: Record<string, unknown>[];
  next_cursor: string | null;
}
const page = async (query: string): Promise<Page> =>
  app.api.json<Page>(await app.api.call(`/datasets${query}`));
const remove = (id: string) => app.api.call(`/datasets/${id}`, { method: 'DELETE' });

test('without datasets the list is empty', async () => {
  expect(await page('')).toEqual({ items: [], next_cursor: null });
});

describe('the list of datasets', () => {
  const uploaded: Record<string, unknown>[] = [];
  const upload = async (name: string) => {
    const { preview, ...listed } = await app.api.upload(name, CSV);
    uploaded.unshift(listed);
  };
  beforeAll(async () => {
    for (let i = 0; i < 5; i++) await upload(`list-${i}.csv`);
  });

  test('is newest first, each as its upload was answered, without its first rows', async () => {
    expect(await page('')).toEqual({ items: uploaded, next_cursor: null });
  });

  test('comes in pages that join without gap or overlap, also while datasets are added', async () => {
    const first = await page('?limit=2');
    expect(first.items).toEqual(uploaded.slice(0, 2));
    await upload('meanwhile.csv');
    const second = await page(`?limit=2&cursor=${first.next_cursor}`);
    expect(second.items).toEqual(uploaded.slice(3, 5));
    const third = await page(`?limit=2&cursor=${second.next_cursor}`);
    expect(third).toEqual({ items: uploaded.slice(5), next_cursor: null });
  });

  test('has no next page when the limit takes all of it exactly', async () => {
    expect(await page(`?limit=${uploaded.length}`)).toMatchObject({ next_cursor: null });
  });

  test.each(['0', '101', '-1', '1.5', 'ten', ''])('with limit=%j is refused', async (limit) => {
    const response = await app.api.call(`/datasets?limit=${limit}`);
    expect(await expectProblem(response, 400, 'invalid_request')).toContain('limit');
  });

  test.each(['nonsense', 'AAAA', '%00', '019a9d3c-7f00-7000-8000-000000000000', ''])(
    'with cursor=%j is refused',
    async (cursor) => {
      const response = await app.api.call(`/datasets?cursor=${cursor}`);
      expect(await expectProblem(response, 400, 'invalid_request')).toContain('cursor');
    },
  );
});

describe('one dataset', () => {
  test('is what its upload was answered, with its profile', async () => {
    const uploaded = await app.api.upload('one.csv', CSV);
    const dataset = await app.api.json(await app.api.call(`/datasets/${uploaded.dataset_id}`));
    const { profile, ...rest } = dataset;
    expect(rest).toEqual(uploaded);
    expect(profile).toEqual([
      {
        ...{ name: 'a', type: 'number', missing: 0, distinct: 3, min: 1, max: 3, mean: 2 },
        histogram: { edges: [0.5, 1.5, 2.5, 3.5], counts: [1, 1, 1] },
        quartiles: { q25: 1.5, median: 2, q75: 2.5 },
      },
      {
        ...{ name: 'target', type: 'string', missing: 0, distinct: 2, min: 'x', max: 'y', mean: null },
        top_values: {
          values: [
            { value: 'x', count: 2 },
            { value: 'y', count: 1 },
          ],
          others: 0,
        },
      },
    ]);
  });

  test.each(['019a9d3c-7f00-7000-8000-000000000000', 'nonsense', '%27;--', 'a%00b'])(
    'that is unknown is 404: %s',
    async (id) => {
      await expectProblem(await app.api.call(`/datasets/${id}`), 404, 'not_found');
      await expectProblem(await remove(id), 404, 'not_found');
    },
  );
});

describe('deleting a dataset', () => {
  test('removes its row, its file and every trace', async () => {
    const before = await app.holdings();
    const { dataset_id } = await app.api.upload('delete-me.csv', CSV);
    const response = await remove(dataset_id);
    expect([response.status, await response.text()]).toEqual([204, '']);
    await expectProblem(await app.api.call(`/datasets/${dataset_id}`), 404, 'not_found');
    await expectProblem(await app.api.call(`/datasets/${dataset_id}/download`), 404, 'not_found');
    await expectProblem(await remove(dataset_id), 404, 'not_found');
    expect(await app.holdings()).toEqual(before);
  });

  test('is refused while a run uses it, and possible once the run has ended', async () => {
    const { dataset_id } = await app.api.upload('in-use.csv', CSV);
    const response = await app.api.post('/training-runs', { dataset_id, mode: 'light' });
    const { id } = await app.api.json<{ id: string }>(response);
    await expectProblem(await remove(dataset_id), 409, 'conflict');
    expect((await app.api.call(`/datasets/${dataset_id}/download`)).status).toBe(200);

    await app.api.ended(id);
    expect((await remove(dataset_id)).status).toBe(204);
  });

  test('ten times at once succeeds once', async () => {
    const { dataset_id } = await app.api.upload('race.csv', CSV);
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove(dataset_id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(404)]);
  });
});
