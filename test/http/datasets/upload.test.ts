import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { dataFile } from '../../support/client.ts';
import { multipart } from '../../support/multipart.ts';
import { openRequest } from '../../support/raw-http.ts';
import { parquetOf } from '../../support/tables.ts';

const CSV = 'a,b\n1,x\n2,y\n3,x\n';
const PREVIEW = {
  columns: ['a', 'b'],
  rows: [
    ['1', 'x'],
    ['2', 'y'],
    ['3', 'x'],
  ],
};
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RFC_3339_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const uploadForm = (form: FormData, query = '') =>
  app.api.call(`/datasets/upload${query}`, { method: 'POST', body: form });
const fileForm = (name: string, content: string) => {
  const form = new FormData();
  form.set('file', new Blob([content], { type: 'text/csv' }), name);
  return form;
};

describe('an upload is answered 201 with every field of the contract', () => {
  const expected = (id: unknown, name: string, mode: string) => {
    const url = `${app.origin}/api/ml/v1/datasets/${String(id)}/download`;
    return {
      dataset_id: expect.stringMatching(UUID_V7),
      name,
      mode,
      version: 1,
      format: 'csv',
      rows: 3,
      columns: 2,
      size_bytes: CSV.length,
      sha256: sha256(CSV),
      created_at: expect.stringMatching(RFC_3339_UTC),
      expires_at: null,
      file_url: url,
      download_url: url,
      warnings: [],
      tags: {},
      note: null,
      preview: PREVIEW,
    };
  };

  test('in a form', async () => {
    const before = Date.now();
    const response = await uploadForm(fileForm('form.csv', CSV), '?mode=heavy');
    expect(response.status).toBe(201);
    const dataset = await app.api.json(response);
    expect(dataset).toEqual(expected(dataset['dataset_id'], 'form.csv', 'heavy'));
    const created = Date.parse(dataset['created_at'] as string);
    expect(created).toBeGreaterThanOrEqual(before);
    expect(created).toBeLessThanOrEqual(Date.now());
  });

  test('as the raw body with ?name=', async () => {
    const response = await app.api.uploadRaw('raw.csv', CSV, 'light');
    expect(response.status).toBe(201);
    const dataset = await app.api.json(response);
    expect(dataset).toEqual(expected(dataset['dataset_id'], 'raw.csv', 'light'));
  });

  test('in mode light when none is given', async () => {
    const response = await uploadForm(fileForm('no-mode.csv', CSV));
    expect(await app.api.json(response)).toMatchObject({ mode: 'light' });
  });

  test('with its links as the client reached us', async () => {
    const { request, response } = openRequest(
      `${app.origin}/api/ml/v1/datasets/upload?name=links.csv`,
      'POST',
      { host: 'ml.example.org:8443' },
    );
    request.end(CSV);
    const dataset = await app.api.json(await response);
    expect(dataset['download_url']).toBe(
      `http://ml.example.org:8443/api/ml/v1/datasets/${String(dataset['dataset_id'])}/download`,
    );
  });
});

test('other fields of a form do not disturb its file, wherever they stand', async () => {
  const { body, contentType } = multipart([
    { field: 'comment', content: 'before' },
    { field: 'file', filename: 'between.csv', content: CSV },
    { field: '__proto__', content: 'after' },
  ]);
  const response = await app.api.call('/datasets/upload', {
    method: 'POST',
    body,
    headers: { 'content-type': contentType },
  });
  expect([response.status, await app.api.json(response)]).toEqual([
    201,
    expect.objectContaining({ name: 'between.csv', sha256: sha256(CSV) }),
  ]);
});

test('what looks like a boundary within a file is part of the file', async () => {
  const content = 'a,b\n--form-boundar,1\n--form-boundaryy,2\n';
  const { body, contentType } = multipart(
    [{ field: 'file', filename: 'tricky.csv', content }],
    'form-boundarys',
  );
  const response = await app.api.call('/datasets/upload', {
    method: 'POST',
    body,
    headers: { 'content-type': contentType },
  });
  expect(await app.api.json(response)).toMatchObject({ sha256: sha256(content), rows: 2 });
});

describe('the format is told by the content', () => {
  const ndjson = '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n{"a":3,"b":"x"}\n';
  const tsv = CSV.replaceAll(',', '\t');
  const cases: [name: string, content: () => Promise<Buffer<ArrayBuffer>>, format: string][] = [
    ['semicolons.csv', async () => Buffer.from(CSV.replaceAll(',', ';')), 'csv'],
    ['windows.csv', async () => Buffer.from(`\ufeff${CSV.replaceAll('\n', '\r\n')}`), 'csv'],
    ['table.tsv', async () => Buffer.from(tsv), 'tsv'],
    ['tabs-without-extension', async () => Buffer.from(tsv), 'tsv'],
    ['lines.ndjson', async () => Buffer.from(ndjson), 'ndjson'],
    ['lines-without-extension', async () => Buffer.from(ndjson), 'ndjson'],
    ['table.csv.gz', async () => gzipSync(CSV), 'csv'],
    ['no-extension-at-all', async () => gzipSync(ndjson), 'ndjson'],
    [
      'not-really.csv',
      () => parquetOf("select * from (values (1, 'x'), (2, 'y'), (3, 'x')) as t(a, b)"),
      'parquet',
    ],
  ];
  test.each(cases)('%s', async (name, content, format) => {
    const bytes = await content();
    const dataset = await app.api.upload(name, bytes);
    expect(dataset).toMatchObject({
      name,
      format,
      rows: 3,
      columns: 2,
      size_bytes: bytes.byteLength,
      sha256: sha256(bytes),
    });
    const { profile } = await app.api.json(await app.api.call(`/datasets/${dataset.dataset_id}`));
    expect(profile).toMatchObject([
      { name: 'a', type: 'number', min: 1, max: 3, mean: 2 },
      { name: 'b', type: 'string', distinct: 2 },
    ]);
  });
});

describe('the same name again is the next version', () => {
  test('one after the other, each with its own bytes', async () => {
    const first = await app.api.upload('again.csv', CSV);
    const second = await app.api.upload('again.csv', `${CSV}4,z\n`);
    expect([first, second]).toMatchObject([
      { version: 1, rows: 3 },
      { version: 2, rows: 4 },
    ]);
    const bytes = await app.api.call(`/datasets/${first.dataset_id}/download`);
    expect(await bytes.text()).toBe(CSV);
  });

  test('ten at once are versions 1 to 10', async () => {
    const uploads = await Promise.all(
      Array.from({ length: 10 }, (_, i) => app.api.upload('crowd.csv', `${CSV}${i},z\n`)),
    );
    const versions = uploads.map(({ version }) => version as number).sort((a, b) => a - b);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(uploads.map(({ sha256: sum }) => sum)).size).toBe(10);
  });

  test('a version is never given twice, even when its dataset was deleted', async () => {
    const { dataset_id } = await app.api.upload('gone.csv', CSV);
    await app.api.call(`/datasets/${dataset_id}`, { method: 'DELETE' });
    expect(await app.api.upload('gone.csv', CSV)).toMatchObject({ version: 2 });
  });

  test('a refused upload takes no version', async () => {
    expect((await app.api.uploadRaw('tried.csv', 'a,b\n1,2,3\n')).status).toBe(422);
    expect(await app.api.upload('tried.csv', CSV)).toMatchObject({ version: 1 });
  });
});

describe('a hostile file name', () => {
  const names: [sent: string, stored: string][] = [
    ['../../etc/passwd', 'passwd'],
    ['/etc/passwd.csv', 'passwd.csv'],
    ['C:\\Users\\me\\data.csv', 'data.csv'],
    ['a\r\nSet-Cookie: x=1.csv', 'aSet-Cookie: x=1.csv'],
    ['quo"te;s\'.csv', 'quo"te;s\'.csv'],
    ['табли́ца 表 🦆.csv', 'табли́ца 表 🦆.csv'],
    ['nul\u0000 bell\u0007 del\u007f.csv', 'nul bell del.csv'],
    ['%2e%2e%2fpercent.csv', '%2e%2e%2fpercent.csv'],
    ['-rf *.csv', '-rf *.csv'],
    ["'; drop table datasets;--.csv", "'; drop table datasets;--.csv"],
    ['\u202ecsv.exe', 'csv.exe'],
    [`${'x'.repeat(251)}.csv`, `${'x'.repeat(251)}.csv`],
  ];
  test.each(names)('%j is stored as %j and comes back as a harmless header', async (sent, stored) => {
    const dataset = await app.api.upload(sent, CSV);
    expect(dataset['name']).toBe(stored);

    const file = await app.api.call(`/datasets/${dataset.dataset_id}/download`);
    expect(file.status).toBe(200);
    expect(file.headers.get('set-cookie')).toBeNull();
    const disposition = file.headers.get('content-disposition') ?? '';
    const [, plain, encoded] =
      /^attachment; filename="([^"]*)"; filename\*=UTF-8''(\S+)$/.exec(disposition) ?? [];
    expect(plain).toMatch(/^[\x20-\x7e]*$/);
    expect(decodeURIComponent(encoded ?? '')).toBe(stored);
    expect(await file.text()).toBe(CSV);
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['naïve 🦆.csv', 'naïve 🦆.csv'],
    ['a%22b%0D%0Ac.csv', 'a%22b%0D%0Ac.csv'],
  ])('%j in a form is stored as %j', async (sent, stored) => {
    const { body, contentType } = multipart([{ field: 'file', filename: sent, content: CSV }]);
    const response = await app.api.call('/datasets/upload', {
      method: 'POST',
      body,
      headers: { 'content-type': contentType },
    });
    expect([response.status, await app.api.json(response)]).toEqual([
      201,
      expect.objectContaining({ name: stored }),
    ]);
  });

  test('never becomes part of a path: what is stored is named by its id', async () => {
    const { dataset_id } = await app.api.upload('../../../outside.csv', CSV);
    expect(await app.objects()).toContain(dataset_id);
    expect((await app.objects()).join()).not.toContain('outside');
  });
});

test('a table of several megabytes is stored byte for byte', async () => {
  const table = `a,b,c\n${Array.from({ length: 200_000 }, (_, i) => `${i},${i * 7},text ${i}\n`).join('')}`;
  const dataset = await app.api.upload('large.csv', table);
  expect(dataset).toMatchObject({ rows: 200_000, sha256: sha256(table), size_bytes: table.length });
  const stored = await app.api.call(`/datasets/${dataset.dataset_id}/download`);
  expect(sha256(await stored.text())).toBe(sha256(table));
});

test('and so is one in a form whose boundary it nearly holds, again and again', async () => {
  const boundary = '----form-7f3a';
  const near = ['', '\r', '\r\n', '\r\n-', `\r\n--${boundary.slice(0, -1)}`];
  const rows = Array.from(
    { length: 100_000 },
    (_, i) => `${i},"${near[i % near.length]}${'x'.repeat(i % 97)}"\r\n`,
  );
  const content = `a,b\r\n${rows.join('')}`;
  const { body, contentType } = multipart([{ field: 'file', filename: 'near.csv', content }], boundary);
  const response = await app.api.call('/datasets/upload', {
    method: 'POST',
    body,
    headers: { 'Content-Type': contentType },
  });
  const { dataset_id } = await app.api.json<{ dataset_id: string }>(response);
  const stored = await app.api.call(`/datasets/${dataset_id}/download`);
  expect(sha256(await stored.text())).toBe(sha256(content));
});

test('the profile of a real table says what is in it', async () => {
  const { dataset_id } = await app.api.uploadFile('diabetes_train.csv');
  const dataset = await app.api.json(await app.api.call(`/datasets/${dataset_id}`));
  const lines = (await readFile(dataFile('diabetes_train.csv'), 'utf8')).trim().split('\n');
  const header = (lines[0] as string).split(',');
  const target = lines.slice(1).map((line) => Number(line.split(',')[header.indexOf('target')]));
  const profile = dataset['profile'] as Record<string, unknown>[];
  expect(profile.map(({ name }) => name)).toEqual(header);
  expect(profile.find(({ name }) => name === 'target')).toEqual({
    name: 'target',
    type: 'number',
    missing: 0,
    distinct: new Set(target).size,
    min: Math.min(...target),
    max: Math.max(...target),
    mean: expect.closeTo(target.reduce((sum, value) => sum + value, 0) / target.length, 6),
    histogram: { edges: expect.any(Array), counts: expect.any(Array) },
    // As pandas describes it.
    quartiles: { q25: 86.5, median: 142, q75: 214 },
  });
  const { histogram } = profile.at(-1) as { histogram: Record<'edges' | 'counts', number[]> };
  const { edges, counts } = histogram;
  const within = (from: number, to: number) => target.filter((value) => value >= from && value < to).length;
  expect(counts).toEqual(counts.map((_, i) => within(edges[i] as number, edges[i + 1] as number)));
  expect(counts.reduce((sum, rows) => sum + rows, 0)).toBe(target.length);
});

test('missing values are counted, and are no values of their own', async () => {
  const { dataset_id } = await app.api.upload(
    'missing.csv',
    'a,b,when\n1,,2024-01-31\n,x,2024-02-29\n3,x,2023-12-31\n',
  );
  const { profile } = await app.api.json(await app.api.call(`/datasets/${dataset_id}`));
  expect(profile).toMatchObject([
    { name: 'a', type: 'number', missing: 1, distinct: 2, min: 1, max: 3, mean: 2 },
    { name: 'b', type: 'string', missing: 1, distinct: 1, min: 'x', max: 'x', mean: null },
    { name: 'when', type: 'datetime', missing: 0, distinct: 3, mean: null },
  ]);
});
