import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { eventually } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const upload = (text: string, options: object | string) => {
  const said = typeof options === 'string' ? options : JSON.stringify(options);
  return app.api.call(`/datasets/upload?name=t.csv&options=${encodeURIComponent(said)}`, {
    method: 'POST',
    body: text,
  });
};
interface Shown {
  readonly dataset_id: string;
  readonly profile: readonly { readonly name: string; readonly type: string; readonly reads_as?: string }[];
  readonly preview: { readonly columns: string[]; readonly rows: (string | null)[][] };
  readonly options?: object;
  readonly rows: number;
}
const shown = async (text: string, options: object): Promise<Shown> => {
  const answer = await upload(text, options);
  const dataset = await app.api.json<{ dataset_id: string }>(answer);
  expect([answer.status, dataset]).toEqual([201, expect.anything()]);
  return app.api.json<Shown>(await app.api.call(`/datasets/${dataset.dataset_id}`));
};
const predict = async (artifact: string, type: string, body: string): Promise<string> => {
  const headers = { 'content-type': type };
  const answer = await app.api.call(`/artifacts/${artifact}/predict`, { method: 'POST', headers, body });
  return answer.text();
};

test('what is said to be no value is none: in the profile, in training, and in rows and tables to predict', async () => {
  const na_values = ['-999', 'not, "known"', 'tba'];
  const cells = (i: number) => [
    i % 5 === 0 ? '-999' : i,
    i % 7 === 0 ? '"not, ""known"""' : 'ab'[i % 2],
    i % 9 === 0 ? 'tba' : `2024-01-${10 + (i % 20)}`,
    i % 3,
  ];
  const lines = Array.from({ length: 90 }, (_, i) => cells(i).join());
  const dataset = await shown(`n,kind,day,y\n\n${lines.join('\n')}`, { na_values });
  expect(dataset).toMatchObject({ rows: 90, options: { na_values } });
  expect(dataset.profile).toMatchObject([
    { type: 'number', missing: 18, min: 1, max: 89 },
    { type: 'string', missing: 13, distinct: 2 },
    { type: 'datetime', missing: 10 },
    { type: 'number', missing: 0 },
  ]);
  expect(dataset.preview.rows[0]).toEqual([null, null, null, '0']);

  const lost = (n: unknown, kind: unknown, day: unknown) => ({ n, kind, day });
  const rows = [lost(null, null, null), lost(-999, 'not, "known"', 'tba'), lost('-999', 'tba', '')];
  const { artifact_id } = await app.api.train(dataset.dataset_id, { target: 'y' });
  const card = await app.api.call(`/artifacts/${artifact_id}/card`);
  expect(await card.json()).toMatchObject({ na_values });
  const json = await predict(artifact_id!, 'application/json', JSON.stringify({ rows }));
  const { probabilities } = JSON.parse(json) as { probabilities: object[] };
  expect(probabilities).toEqual([probabilities[0], probabilities[0], probabilities[0]]);
  const table = 'day,n,kind\n,,\ntba,-999,"not, ""known"""\n,tba,tba\n';
  const [, ...answers] = (await predict(artifact_id!, 'text/csv', table)).trimEnd().split('\n');
  expect(answers).toEqual([answers[0], answers[0], answers[0]]);
  expect(answers[0]!.split(',').slice(1).map(Number)).toEqual(Object.values(probabilities[0]!));
});

test('no value may be said of JSON too, whose other numbers stand as they are written', async () => {
  const lines = [
    '{"a":-9.90,"b":"x"}',
    '{"a":12345678901234567890,"b":"?"}',
    '{"a":1.50,"b":"y"}',
    '{"a":2,"b":"?"}',
  ];
  const { profile } = await shown(lines.join('\n'), { na_values: ['?', '-9.90'] });
  expect(profile).toMatchObject([
    { type: 'number', missing: 1, min: 1.5 },
    { type: 'string', missing: 2, distinct: 2 },
  ]);
});

const types = ({ profile }: Shown) => profile.map(({ name, type, reads_as }) => [name, type, reads_as]);

test('what is said of a table is done, and stays with it', async () => {
  const options = { decimal: ',', thousands: '.', types: { zip: 'string' }, ignore: ['row'] };
  const dataset = await shown('row\tzip\tprice\tcount\n1\t12345\t1.234\t7\n2\t23456\t1.500\t8\n', options);
  expect(types(dataset)).toEqual([
    ['zip', 'string', undefined],
    ['price', 'number', 'number (decimal comma, thousands point), 2 of 2'],
    ['count', 'number', 'number (decimal comma, thousands point), 2 of 2'],
  ]);
  expect(dataset.profile[1]).toMatchObject({ min: 1234, max: 1500 });
  expect(dataset.profile[0]).toMatchObject({ min: '12345' });
  expect(dataset.options).toEqual(options);
  expect(dataset.preview).toEqual({
    columns: ['zip', 'price', 'count'],
    rows: [
      ['12345', '1.234', '7'],
      ['23456', '1.500', '8'],
    ],
  });
});

test('delimiter and header', async () => {
  const text = '1,5|2\n3,5|4\n';
  expect(types(await shown(text, { delimiter: '|', header: false }))).toEqual([
    ['column_1', 'number', 'number (decimal comma), 2 of 2'],
    ['column_2', 'number', undefined],
  ]);
  expect(await shown('2019,2020\n1,2\n3,4\n', { header: true })).toMatchObject({
    rows: 2,
    profile: [{ name: '2019' }, { name: '2020' }],
  });
});

test('the order of dates', async () => {
  const text = 'day,n\n1/2/2024,1\n3/4/2024,2\n';
  for (const [date_order, first] of [
    ['mdy', '1/2/2024'],
    ['dmy', '1/2/2024'],
  ] as const)
    expect((await shown(text, { date_order })).profile[0]).toMatchObject({
      reads_as: `date (${date_order === 'dmy' ? 'dd/mm' : 'mm/dd'}/yyyy), 2 of 2`,
      min: first,
    });
});

test('it is trained on as it was said', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${1 + (i % 9)}.${100 + i}|${i % 2}|${i % 3}\n`).join('');
  const answer = await upload(rows, { delimiter: '|', header: false, decimal: ',', ignore: ['column_3'] });
  const { dataset_id } = await app.api.json<{ dataset_id: string }>(answer);
  const run = await app.api.train(dataset_id, { target: 'column_2' });
  expect(run.status).toBe('succeeded');
  const predicted = await app.api.post(`/artifacts/${run.artifact_id}/predict`, {
    rows: [{ column_1: '1.234' }, { column_1: 1234 }],
  });
  const { probabilities } = await app.api.json<{ probabilities: object[] }>(predicted);
  expect(probabilities[0]).toEqual(probabilities[1]);
});

test('a form may carry them in front of the file', async () => {
  const form = new FormData();
  form.set('options', '{"header":false}');
  form.set('file', new Blob(['a,1\nb,2\n']), 'f.csv');
  const answer = await app.api.call('/datasets/upload', { method: 'POST', body: form });
  expect(await app.api.json(answer)).toMatchObject({ rows: 2, columns: 2 });
});

test('behind the file they are refused, and nothing of the upload is kept', async () => {
  const before = await app.holdings();
  const form = new FormData();
  form.set('file', new Blob(['a,1\nb,2\n']), 'f.csv');
  form.set('options', '{"header":false}');
  const answer = await app.api.call('/datasets/upload', { method: 'POST', body: form });
  expect(await expectProblem(answer, 400, 'invalid_request')).toContain('in front of its file');
  await eventually(async () => isDeepStrictEqual(await app.holdings(), before));
});

test('what is no option, no column or no such type is refused in words', async () => {
  const text = 'a,b\n1,x\n2,y\n';
  for (const [options, status, code, words] of [
    ['{', 400, 'invalid_request', 'options: not valid JSON.'],
    [{ decimals: ',' }, 400, 'invalid_request', 'did you mean "decimal"?'],
    [{ na_values: '-' }, 400, 'invalid_request', 'options.na_values'],
    [{ na_values: ['a\n'] }, 400, 'invalid_request', 'a text of one line'],
    [{ decimal: ';' }, 400, 'invalid_request', 'options.decimal'],
    [{ ignore: ['c'] }, 422, 'bad_header', 'the table has no column "c"'],
    [{ ignore: ['a', 'b'] }, 422, 'bad_header', 'no column is left'],
    [{ types: { b: 'number' } }, 422, 'bad_format', 'column "b" is no column of type number'],
  ] as const) {
    expect(await expectProblem(await upload(text, options), status, code)).toContain(words);
  }
});
