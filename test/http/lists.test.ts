import type { Insertable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schema } from '../../src/adapters/db/schema.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectProblem } from '../support/problem.ts';
import { queuedRun } from '../support/runs.ts';

type Item = Readonly<Record<string, unknown>>;
interface Page {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

const ROWS = 23;
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
/** Others follow in another order than that in which their ids were made, and several in the same moment. */
const at = (i: number) => new Date(START + (((i * 7) % ROWS) >> 1) * HOUR);
const DATASETS = [uuidv7(), uuidv7()] as const;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const dataset = (i: number): Insertable<Schema['datasets']> => ({
    id: uuidv7(),
    owner: 'local',
    name: ['b_100%.csv', 'B.csv', 'a.csv', 'ä.csv'][i % 4] as string,
    version: i,
    mode: i % 3 === 0 ? 'heavy' : 'light',
    format: i % 5 === 0 ? 'parquet' : 'csv',
    compression: 'none',
    rows: (i * 5) % 7,
    columns: 2,
    size_bytes: 1000 * ((i * 3) % 4),
    sha256: '',
    storage_key: `datasets/${i}`,
    profile: '{"rows":1,"columns":[]}',
    created_at: at(i),
  });
  await app.sql.insertInto('datasets').values(rows.map(dataset)).execute();
  const run = (i: number) =>
    queuedRun({
      dataset_id: DATASETS[i % 2] as string,
      mode: i % 3 === 0 ? 'heavy' : 'light',
      task: i % 2 === 0 ? 'classification' : 'regression',
      target: i % 4 === 0 ? 'Churned' : 'price',
      status: i < 3 ? 'running' : i % 5 === 0 ? 'failed' : 'cancelled',
      queued_at: at(i),
      started_at: at(i),
      finished_at: i < 3 ? null : new Date(at(i).getTime() + (i % 4) * 1000),
    });
  const runs = rows.map(run);
  await app.sql.insertInto('training_runs').values(runs).execute();
  const artifact = (i: number): Insertable<Schema['artifacts']> => ({
    id: uuidv7(),
    owner: 'local',
    run_id: runs[i]?.id as string,
    dataset_id: DATASETS[i % 2] as string,
    mode: i % 3 === 0 ? 'heavy' : 'light',
    task: 'classification',
    target: i % 4 === 0 ? 'Churned' : 'price',
    format: 'onnx',
    size_bytes: 100 * (i % 5),
    sha256: '',
    storage_key: `artifacts/${i}`,
    scoring_key: `artifacts/${i}.json`,
    card: '{}',
    metrics: '{}',
    metrics_summary: '{}',
    inputs: '[]',
    created_at: at(i),
  });
  const artifacts = rows.map(artifact);
  await app.sql.insertInto('artifacts').values(artifacts).execute();
  for (const [i, name] of ['zebra', 'Ant', 'bee'].entries()) {
    const id = uuidv7();
    await app.sql
      .insertInto('models')
      .values({ id, owner: 'local', name, created_at: at(i) })
      .execute();
    for (let version = 1; version <= 9 && name === 'bee'; version++)
      await app.sql
        .insertInto('model_versions')
        .values({
          model_id: id,
          version,
          artifact_id: artifacts[version]?.id as string,
          created_at: at(version),
        })
        .execute();
  }
});
afterAll(() => app[Symbol.asyncDispose]());

const ask = (path: string) => app.api.call(path);
const page = async (path: string) => {
  const answer = await ask(path);
  expect([path, answer.status]).toEqual([path, 200]);
  return app.api.json<Page>(answer);
};

/** All of a list, a few at a time. */
async function walk(list: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor = '';
  do {
    const { items: more, next_cursor } = await page(
      `${list}${list.includes('?') ? '&' : '?'}limit=3${cursor}`,
    );
    items.push(...more);
    cursor = next_cursor === null ? '' : `&cursor=${next_cursor}`;
  } while (cursor !== '');
  return items;
}

const time = (name: string) => (item: Item) => Date.parse((item[name] as string | null) ?? '9999-01-01');
const idOf = (item: Item) =>
  String(item['id'] ?? ('run_id' in item ? item['version'] : (item['dataset_id'] ?? item['name'])));

const SORTS: [list: string, sort: string, key: (item: Item) => number | string][] = [
  ['/datasets', 'created_at', time('created_at')],
  ['/datasets', 'size', (item) => item['size_bytes'] as number],
  ['/datasets', 'rows', (item) => item['rows'] as number],
  ['/datasets', 'name', (item) => item['name'] as string],
  ['/training-runs', 'created_at', time('queued_at')],
  ['/training-runs', 'finished_at', time('finished_at')],
  ['/training-runs', 'duration', (item) => (item['duration_seconds'] as number | null) ?? 0],
  ['/artifacts', 'created_at', time('created_at')],
  ['/artifacts', 'size', (item) => item['size_bytes'] as number],
  ['/models', 'created_at', time('created_at')],
  ['/models', 'name', (item) => item['name'] as string],
  ['/models/bee/versions', 'version', (item) => item['version'] as number],
];

describe('a list', () => {
  test.each(SORTS)('%s sorted by %s has every row once, page by page, both ways', async (list, sort, key) => {
    const up = await walk(`${list}?sort=${sort}`);
    const down = await walk(`${list}?sort=-${sort}`);
    const expected = list === '/models' ? 3 : list.startsWith('/models') ? 9 : ROWS;
    expect(new Set(up.map(idOf)).size).toBe(expected);
    expect(down.map(idOf)).toEqual(up.map(idOf).toReversed());
    const keys = up.map(key);
    const numbers = keys.every((value) => typeof value === 'number');
    expect(keys).toEqual(keys.toSorted((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1)));
  });

  test('is newest first where nothing else is asked for', async () => {
    for (const list of ['/datasets', '/training-runs', '/artifacts', '/models'])
      expect((await walk(list)).map(idOf)).toEqual((await walk(`${list}?sort=-created_at`)).map(idOf));
  });

  test('goes on where it was when rows came and went between two pages', async () => {
    const { items, next_cursor } = await page('/datasets?sort=size&limit=10');
    const [gone] = items.slice(-1);
    await app.sql
      .deleteFrom('datasets')
      .where('id', '=', idOf(gone as Item))
      .execute();
    const rest = await walk(`/datasets?sort=size`);
    const after = (await page(`/datasets?sort=size&limit=100&cursor=${next_cursor}`)).items;
    expect([...items.slice(0, -1), ...after].map(idOf)).toEqual(rest.map(idOf));
    const { dataset_id, ...row } = gone as Item & { dataset_id: string };
    await app.sql
      .insertInto('datasets')
      .values({
        id: dataset_id,
        owner: 'local',
        name: row['name'] as string,
        version: row['version'] as number,
        mode: row['mode'] as 'light',
        format: row['format'] as 'csv',
        compression: 'none',
        rows: row['rows'] as number,
        columns: 2,
        size_bytes: row['size_bytes'] as number,
        sha256: '',
        storage_key: 'datasets/again',
        profile: '{"rows":1,"columns":[]}',
        created_at: new Date(row['created_at'] as string),
      })
      .execute();
  });

  const noon = new Date(START + 5 * HOUR);
  const has = (name: string, value: unknown) => (item: Item) => item[name] === value;
  test.each<[list: string, query: string, isWanted: (item: Item) => boolean]>([
    ['/datasets', 'mode=heavy', has('mode', 'heavy')],
    ['/datasets', 'format=parquet', has('format', 'parquet')],
    ['/datasets', 'format=csv&mode=light', (item) => item['format'] === 'csv' && item['mode'] === 'light'],
    ['/datasets', 'q=b.csv', has('name', 'B.csv')],
    ['/datasets', 'q=0%25', has('name', 'b_100%.csv')],
    ['/datasets', `created_after=${noon.toISOString()}`, (item) => time('created_at')(item) > noon.getTime()],
    [
      '/datasets',
      `created_before=${noon.toISOString()}&sort=name&q=csv`,
      (item) => time('created_at')(item) < noon.getTime(),
    ],
    ['/datasets', 'created_before=2026-01-02', (item) => time('created_at')(item) < START + 24 * HOUR],
    ['/training-runs', 'status=failed', has('status', 'failed')],
    ['/training-runs', 'status=running&sort=duration', has('status', 'running')],
    ['/training-runs', `dataset_id=${DATASETS[1]}`, has('dataset_id', DATASETS[1])],
    [
      '/training-runs',
      'task=regression&mode=light',
      (i) => i['task'] === 'regression' && i['mode'] === 'light',
    ],
    ['/training-runs', 'target=Churned', has('target', 'Churned')],
    ['/training-runs', 'q=CHURN&sort=-finished_at', has('target', 'Churned')],
    [
      '/training-runs',
      `created_after=${noon.toISOString()}&sort=created_at`,
      (item) => time('queued_at')(item) > noon.getTime(),
    ],
    ['/artifacts', 'target=price&sort=size', has('target', 'price')],
    [
      '/artifacts',
      `dataset_id=${DATASETS[0]}&mode=heavy`,
      (i) => i['dataset_id'] === DATASETS[0] && i['mode'] === 'heavy',
    ],
    ['/models', 'q=EE', has('name', 'bee')],
    ['/models/bee/versions', 'mode=heavy', has('mode', 'heavy')],
    ['/models/bee/versions', 'target=price&sort=version', has('target', 'price')],
  ])('%s?%s has what is asked for and nothing else, in its order', async (list, query, isWanted) => {
    const sort = /(?:^|&)sort=[^&]*/.exec(query)?.[0] ?? '';
    const whole = await walk(`${list}?${sort.replace('&', '')}`);
    const found = await walk(`${list}?${query}`);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(whole.length + (query.includes('2026-01-02') ? 1 : 0));
    expect(found.map(idOf)).toEqual(whole.filter(isWanted).map(idOf));
  });

  test("has nothing of another owner's", async () => {
    const id = uuidv7();
    await app.sql
      .insertInto('models')
      .values({ id, owner: 'other', name: 'theirs', created_at: at(0) })
      .execute();
    await app.sql
      .insertInto('training_runs')
      .values(queuedRun({ owner: 'other', target: 'theirs', status: 'cancelled' }))
      .execute();
    for (const list of ['/models?q=theirs', '/training-runs?target=theirs', '/training-runs?q=theirs'])
      expect(await page(list)).toEqual({ items: [], next_cursor: null });
  });
});

describe('what a list does not know is refused in words', () => {
  test.each([
    [
      '/training-runs?status=suceeded',
      'status: must be one of queued, running, succeeded, failed, cancelled; did you mean "succeeded"?',
    ],
    ['/training-runs?status=odd', 'status: must be one of queued, running, succeeded, failed, cancelled'],
    ['/training-runs?mode=lite', 'mode: must be one of light, heavy'],
    ['/datasets?format=parket', 'did you mean "parquet"?'],
    [
      '/datasets?sort=nam',
      'sort: must be one of created_at, -created_at, name, -name, size, -size, rows, -rows; did you mean "name"?',
    ],
    ['/artifacts?sort=-sise', 'did you mean "-size"?'],
    ['/training-runs?staus=failed', 'did you mean "status"?'],
    ['/training-runs?dataset_id=x', 'dataset_id: must be an id'],
    ['/datasets?created_after=yesterday', 'created_after: must be a date or a time'],
    ['/datasets?q=', 'q: '],
    ['/datasets?q=%00', 'q: must not hold a NUL'],
    ['/models/bee/versions?sort=name', 'sort: must be one of version, -version'],
  ])('%s', async (path, says) => {
    expect(await expectProblem(await ask(path), 400, 'invalid_request')).toContain(says);
  });

  test('a cursor of another order, of another list or of nobody', async () => {
    const { next_cursor: bySize } = await page('/datasets?sort=size&limit=3');
    const detail = (path: string) =>
      ask(path).then((answer) => expectProblem(answer, 400, 'invalid_request'));
    expect(await detail(`/datasets?cursor=${bySize}`)).toBe(
      'cursor: of a list that is sorted by something else than -created_at',
    );
    expect(await detail(`/datasets?sort=rows&cursor=${bySize}`)).toContain('sorted by something else');
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const id = uuidv7();
    for (const cursor of [
      'x',
      made(1),
      made('size', 1, id),
      made('size', 'many', id),
      made('size', '\0', id),
      made('size', '9'.repeat(40), id),
      made('size', '1', 'nobody'),
    ])
      expect(await detail(`/datasets?sort=size&cursor=${cursor}`)).toBe('cursor: not a cursor of this list');
    for (const cursor of [made('-created_at', '2026-13-45', id), made('-created_at', 'now', '')])
      expect(await detail(`/training-runs?cursor=${cursor}`)).toBe('cursor: not a cursor of this list');
  });
});
