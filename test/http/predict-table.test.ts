import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { childProcesses } from '../support/children.ts';
import { dataFile, eventually } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { openRequest } from '../support/raw-http.ts';
import { parquetOf } from '../support/tables.ts';
import { workbook } from '../support/workbook.ts';

const CHILD = 'batch.child.ts';
const LIMIT = 4 * 1024 * 1024;

let app: TestApp;
/** A classification model, and one of regression. */
let wine: string;
let diabetes: string;
beforeAll(async () => {
  app = await startTestApp({ MAX_UPLOAD_BYTES: String(LIMIT) });
  const trained = async (name: string) =>
    (await app.api.train((await app.api.uploadFile(name)).dataset_id)).artifact_id;
  wine = await trained('wine_train.csv');
  diabetes = await trained('diabetes_train.csv');
});
afterAll(() => app[Symbol.asyncDispose]());

/** Processes that score a table as it arrives; those that small tables are handed to wait for the next. */
let waiting: readonly number[];
beforeEach(async () => {
  waiting = await childProcesses(CHILD);
});
const scoring = async () => (await childProcesses(CHILD)).filter((pid) => !waiting.includes(pid));

type Headers = Record<string, string>;
const path = (id: string) => `/artifacts/${id}/predict`;
const ask = (id: string, body: string | Buffer<ArrayBuffer>, headers: Headers = {}) =>
  app.api.call(path(id), { method: 'POST', body, headers: { 'content-type': 'text/csv', ...headers } });
const table = (name: string) => readFile(dataFile(name), 'utf8');

/** The same rows by JSON. */
async function byJson(id: string, csv: string) {
  const [header = '', ...lines] = csv.trim().split('\n');
  const names = header.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
  const response = await app.api.post(path(id), { rows });
  return app.api.json<{ predictions: (string | number)[]; probabilities: Record<string, number>[] }>(
    response,
  );
}

describe('a table may be', () => {
  const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const PARQUET = 'application/vnd.apache.parquet';
  const rowsOf = (csv: string) =>
    csv
      .trim()
      .split('\n')
      .map((line) => line.split(','));
  const objectsOf = (csv: string) => {
    const [names = [], ...rows] = rowsOf(csv);
    return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, Number(row[i])])));
  };
  const lines = (csv: string) =>
    objectsOf(csv)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('');

  test.each<[what: string, type: string, (csv: string) => string | Buffer | Promise<Buffer>, path?: string]>([
    ['newline-delimited JSON', 'application/x-ndjson', lines],
    ['a JSON array', 'application/json', (csv) => JSON.stringify(objectsOf(csv), undefined, 2), '/table'],
    [
      'an Excel workbook',
      XLSX,
      (csv) => workbook({ Wine: rowsOf(csv).map((row, i) => (i === 0 ? row : row.map(Number))) }),
    ],
    [
      'Parquet',
      PARQUET,
      () => parquetOf(`select *, 'more' as more from read_csv('${dataFile('wine_test.csv').pathname}')`),
    ],
    ['gzipped', 'application/gzip', (csv) => gzipSync(csv)],
    ['in UTF-16', 'text/csv', (csv) => Buffer.from(`\u{feff}${csv}`, 'utf16le')],
    [
      'with a column that is no UTF-8',
      'text/csv',
      (csv) => Buffer.from(csv.replaceAll('\n', ',\xe9\n'), 'latin1'),
    ],
  ])('%s, to the same predictions', async (_what, type, write, place = '') => {
    const csv = await table('wine_test.csv');
    const expected = await (await ask(wine, csv)).text();
    const answer = await app.api.call(`${path(wine)}${place}`, {
      method: 'POST',
      body: (await write(csv)) as string,
      headers: { 'content-type': type },
    });
    expect([answer.status, await answer.text()]).toEqual([200, expected]);
    // A process that has opened what nobody checked before opens nothing else.
    if (type === XLSX || type === PARQUET) await eventually(async () => (await scoring()).length === 0);
    if (type === PARQUET) expect(await readdir(join(app.root, 'scratch'))).toEqual([]);
  });

  test('of any length in any of them', async () => {
    const text = lines(await table('wine_test.csv')).repeat(300);
    const answer = await ask(wine, text, { 'content-type': 'application/x-ndjson' });
    expect((await answer.text()).trimEnd().split('\n')).toHaveLength(45 * 300 + 1);
    const bad = await ask(wine, `${text}{"f0":"many"}\n`, { 'content-type': 'application/x-ndjson' });
    const detail = await expectProblem(bad, 422, 'unusable_data');
    expect(detail).toBe(`Line ${45 * 300 + 1}, column "f0": a number is needed.`);
  });

  test('of JSON without what no row has', async () => {
    const answer = await ask(wine, '{"f0":1}\n{"f1":2}\n', { 'content-type': 'application/x-ndjson' });
    expect(await expectProblem(answer, 422, 'unusable_data')).toContain('Missing columns: "f2", "f3"');
  });

  test('written as is said in options', async () => {
    const csv = await table('wine_test.csv');
    const expected = await (await ask(wine, csv)).text();
    const [header = '', ...rows] = csv.trim().split('\n');
    const said = (options: string, body: string) =>
      app.api.call(`${path(wine)}?options=${encodeURIComponent(options)}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/csv' },
      });
    // By counting it would be cut at the commas.
    const odd = `${header.replaceAll(',', '|')}|"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"\n${rows.map((row) => `${row.replaceAll(',', '|')}|"x"\n`).join('')}`;
    const answer = await said('{"delimiter":"|"}', odd);
    expect([answer.status, await answer.text()]).toEqual([200, expected]);
    const detail = await expectProblem(await said('{"header":false}', csv), 422, 'unusable_data');
    expect(detail).toContain('Missing columns');
    await expectProblem(await said('{"decimal":","}', csv), 400, 'invalid_request');
  });
});

describe('a table', () => {
  test('is answered with a CSV of a prediction a row, the same as by JSON', async () => {
    const csv = await table('wine_test.csv');
    const { predictions, probabilities } = await byJson(wine, csv);
    const response = await ask(wine, csv);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv']);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toEqual([
      'prediction,probability_0,probability_1,probability_2',
      ...predictions.map((label, i) => [label, ...[0, 1, 2].map((k) => probabilities[i]![k])].join()),
    ]);
  });

  test('is answered with NDJSON where that is accepted', async () => {
    const csv = await table('wine_test.csv');
    const { predictions, probabilities } = await byJson(wine, csv);
    const response = await ask(wine, csv, { accept: 'application/x-ndjson' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      predictions.map((prediction, i) => ({ prediction, probabilities: probabilities[i] })),
    );
  });

  test('of tabs and a regression is predicted too', async () => {
    const csv = await table('diabetes_test.csv');
    const { predictions } = await byJson(diabetes, csv);
    const response = await ask(diabetes, csv.replaceAll(',', '\t'), {
      'content-type': 'text/tab-separated-values; charset=utf-8',
    });
    expect((await response.text()).trimEnd().split('\n')).toEqual(['prediction', ...predictions.map(String)]);
  });

  test('of more rows than JSON may have comes back in order, and leaves no file and no process', async () => {
    const [header = '', first = '', second = ''] = (await table('diabetes_test.csv')).split('\n');
    const csv = [header, ...Array.from({ length: 15_000 }, (_, i) => (i % 3 ? first : second)), ''].join(
      '\n',
    );
    const { predictions } = await byJson(diabetes, [header, second, first].join('\n'));
    const lines = (await (await ask(diabetes, csv)).text()).trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(15_000);
    expect(lines.every((line, i) => line === String(predictions[i % 3 ? 1 : 0]))).toBe(true);
    expect(await readdir(join(app.root, 'scratch'))).toEqual([]);
    expect(await scoring()).toEqual([]);
  });

  test('is predicted while it arrives, and answered when it is complete', async () => {
    const [header = '', row = ''] = (await table('diabetes_test.csv')).split('\n');
    const { request, response } = openRequest(`${app.origin}/api/ml/v1${path(diabetes)}`, 'POST', {
      'content-type': 'text/csv',
    });
    const rows = 2000;
    request.write(`${header}\n${`${row}\n`.repeat(rows)}${row.slice(0, 10)}`);
    await eventually(async () => (await scoring()).length === 1);
    request.end(`${row.slice(10)}\n`);
    expect((await (await response).text()).trimEnd().split('\n')).toHaveLength(rows + 2);
  });
});

test('a table may be sent to an address of its own, which takes nothing else', async () => {
  const csv = await table('wine_test.csv');
  const call = (body: string, type: string) =>
    app.api.call(`${path(wine)}/table`, { method: 'POST', body, headers: { 'content-type': type } });
  expect(await (await call(csv, 'text/csv')).text()).toBe(await (await ask(wine, csv)).text());
  await expectProblem(await call('{"rows":[]}', 'application/json'), 415, 'unsupported_format');
});

test('one small table after the other is scored by one process', async () => {
  const csv = await table('wine_test.csv');
  const first = await (await ask(wine, csv)).text();
  const before = await childProcesses(CHILD);
  for (let i = 0; i < 3; i++) expect(await (await ask(wine, csv)).text()).toBe(first);
  await expectProblem(await ask(wine, 'f0\n1\n'), 422, 'unusable_data');
  expect(await childProcesses(CHILD)).toEqual(before);
});

describe('a table is refused', () => {
  test.each([
    ['without rows', 'f0,f1,f2,f3,f4,f5,f6,f7,f8,f9\n', 422, 'empty', 'no rows'],
    ['that is empty', '\n', 422, 'empty', 'no data'],
    [
      'without a column of the model, naming it',
      'f0,f1,f3,f4,f5,f6,f7,f8,f9\n1,1,1,1,1,1,1,1,1\n',
      422,
      'unusable_data',
      '"f2"',
    ],
    [
      'with text for a number, naming line and column',
      'f0,f1,f2,f3,f4,f5,f6,f7,f8,f9\n1,1,1,1,1,1,1,1,1,1\n1,1,x,1,1,1,1,1,1,1\n',
      422,
      'unusable_data',
      'Line 3, column "f2"',
    ],
    ['with a short record', 'f0,f1,f2,f3,f4,f5,f6,f7,f8,f9\n1,2\n', 422, 'bad_format', 'Line 2'],
    ['that is no text', '\u0000\u0001\u0002', 422, 'bad_format', 'a NUL byte'],
  ] as const)('%s', async (_what, body, status, code, words) => {
    expect(await expectProblem(await ask(diabetes, body), status, code)).toContain(words);
  });

  test.each([
    ['a space before an opening quote', '1, "2"\n', 'column "f1": a space stands before an opening quote'],
    ['text behind a closing quote', '1,"2" \n', 'column "f1": text stands behind a closing quote'],
    ['mixed line ends', '1,2,3,4,5,6,7,8,9,0\r\n', 'column "f9": ends with CR LF'],
    ['a carriage return alone', '1\r2,3\n', 'column "f0": a carriage return'],
    ['a quote never closed', '1,"2\n', 'column "f1": a quoted field is never closed'],
  ])('for %s, in the words in which its upload is refused', async (_what, record, words) => {
    const body = `f0,f1,f2,f3,f4,f5,f6,f7,f8,f9\n${record}`;
    const predicted = await expectProblem(await ask(diabetes, body), 422, 'bad_format');
    expect(predicted).toContain(words);
    expect(await expectProblem(await app.api.uploadRaw('t.csv', body), 422, 'bad_format')).toBe(predicted);
  });

  test.each([
    ['damaged', async () => Buffer.from('PAR1 and so on'), 'bad_format'],
    ['with a nested column', () => parquetOf('select [1, 2] as f0'), 'bad_format'],
    ['with a column without a name', () => parquetOf('select 1 as " "'), 'bad_header'],
  ] as const)('as Parquet %s, in the words in which its upload is refused', async (_what, write, code) => {
    const body = await write();
    const predicted = await expectProblem(await ask(diabetes, body), 422, code);
    expect(await expectProblem(await app.api.uploadRaw('t.parquet', body), 422, code)).toBe(predicted);
    expect(await readdir(join(app.root, 'scratch'))).toEqual([]);
  });

  test('for an unknown model, before anything of it is read', async () => {
    const csv = await table('wine_test.csv');
    await expectProblem(await ask('019a9d3c-7f00-7000-8000-000000000000', csv), 404, 'not_found');
  });

  test('larger than an upload may be', async () => {
    const [header = '', row = ''] = (await table('diabetes_test.csv')).split('\n');
    const { request, response } = openRequest(`${app.origin}/api/ml/v1${path(diabetes)}`, 'POST', {
      'content-type': 'text/csv',
    });
    request.write(`${header}\n`);
    request.write(`${row}\n`.repeat(Math.ceil(LIMIT / row.length)));
    request.end();
    await expectProblem(await response, 413, 'too_large');
  });

  test('of another content type or encoding', async () => {
    const csv = await table('wine_test.csv');
    await expectProblem(await ask(wine, csv, { 'content-type': 'text/plain' }), 415, 'unsupported_format');
    await expectProblem(await ask(wine, csv, { 'content-encoding': 'gzip' }), 415, 'unsupported_format');
  });

  test('without a body', async () => {
    const response = await app.api.call(path(wine), { method: 'POST' });
    await expectProblem(response, 400, 'invalid_request');
  });
});

test('a client that leaves in the middle of a Parquet file, which is written first, leaves nothing of it', async () => {
  const { request } = openRequest(`${app.origin}/api/ml/v1${path(wine)}`, 'POST', {
    'content-type': 'application/vnd.apache.parquet',
  });
  request.write(Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(LIMIT / 2)]));
  await eventually(async () => (await readdir(join(app.root, 'scratch'))).length === 1);
  expect(await scoring()).toEqual([]);
  request.destroy();
  await eventually(async () => (await readdir(join(app.root, 'scratch'))).length === 0);
});

test('a client that leaves in the middle leaves nothing behind, and the next is served', async () => {
  const csv = await table('wine_test.csv');
  const { request } = openRequest(`${app.origin}/api/ml/v1${path(wine)}`, 'POST', {
    'content-type': 'text/csv',
  });
  const [header = '', ...rows] = csv.trim().split('\n');
  request.write(`${header}\n${`${rows.join('\n')}\n`.repeat(100)}`);
  await eventually(async () => (await scoring()).length === 1);
  request.destroy();
  await eventually(async () => (await scoring()).length === 0);
  expect(await readdir(join(app.root, 'scratch'))).toEqual([]);
  expect((await ask(wine, csv)).status).toBe(200);
});
