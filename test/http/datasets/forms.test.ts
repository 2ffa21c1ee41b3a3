import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { workbook } from '../../support/workbook.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const ROWS = Array.from({ length: 200 }, (_, i) => {
  const size = 900 + ((i * 37) % 400);
  const share = ((i * 13) % 100) / 1000;
  const day = new Date(Date.UTC(2023, 0, 1 + i));
  return { size, share, day, price: size * 3 + share * 500 + (i % 12) };
});
const german = (value: number, digits: number) =>
  value.toLocaleString('de-DE', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const pad = (value: number) => String(value).padStart(2, '0');
const germanDay = (day: Date) =>
  `${pad(day.getUTCDate())}.${pad(day.getUTCMonth() + 1)}.${day.getUTCFullYear()}`;

const written = ROWS.map(({ size, share, day, price }, i) => ({
  fläche: i % 50 === 7 ? '?' : `${german(size, 2)}`,
  anteil: `${german(share * 100, 1)} %`,
  tag: germanDay(day),
  target: `${german(price, 2)} €`,
}));
const plain = ROWS.map(({ size, share, day, price }, i) => ({
  fläche: i % 50 === 7 ? null : size,
  // As a hundredth of what is written, which need not be the nearest double to the share.
  anteil: Number((share * 100).toFixed(1)) / 100,
  tag: day.toISOString().slice(0, 10),
  target: Number(price.toFixed(2)),
}));
const csv = (rows: readonly object[], delimiter: string) =>
  [rows[0]!, ...rows]
    .map(
      (row, i) =>
        `${(i === 0 ? Object.keys(row) : Object.values(row).map((cell) => cell ?? '')).join(delimiter)}\n`,
    )
    .join('');

test('a table as a spreadsheet in German writes it is trained on and predicted as the same one in plain numbers', async () => {
  const { api } = app;
  const models = await Promise.all(
    [csv(written, ';'), csv(plain, ',')].map(async (text, i) => {
      const { dataset_id } = await api.upload(`prices-${i}.csv`, text);
      const { profile } = await api.json<{ profile: { reads_as?: string }[] }>(
        await api.call(`/datasets/${dataset_id}`),
      );
      const run = await api.train(dataset_id);
      return { id: run.artifact_id, run, reads: profile.map(({ reads_as }) => reads_as) };
    }),
  );
  const [ours, theirs] = models as [(typeof models)[0], (typeof models)[0]];
  expect(ours.reads).toEqual([
    'number (decimal comma, thousands point), 196 of 196',
    'number (decimal comma, percent), 200 of 200',
    'date (dd.mm.yyyy), 200 of 200',
    'number (decimal comma, thousands point, €), 200 of 200',
  ]);
  expect(theirs.reads).toEqual([undefined, undefined, undefined, undefined]);
  const { r2, mae } = theirs.run.metrics as unknown as { r2: number; mae: number };
  expect(r2).toBeGreaterThan(0.95);
  expect(ours.run.metrics).toMatchObject({ r2, mae });

  const predict = async (id: string, rows: unknown) =>
    (await api.json<{ predictions: number[] }>(await api.post(`/artifacts/${id}/predict`, { rows })))
      .predictions;
  const expected = await predict(theirs.id, plain);
  expect(await predict(ours.id, written)).toEqual(expected);
  // What is no text means what it means everywhere.
  expect(
    await predict(
      ours.id,
      plain.map((row) => ({ ...row, tag: Date.parse(row.tag) })),
    ),
  ).toEqual(expected);
  const table = await api.call(`/artifacts/${ours.id}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', accept: 'text/csv' },
    body: csv(written, ';'),
  });
  const answered = (await table.text()).trim().split('\n').slice(1).map(Number);
  expect(answered).toEqual(expected);
});

test('a text in another form than the column’s is refused in words that name the form', async () => {
  const { api } = app;
  const { dataset_id } = await api.upload('prices.csv', csv(written, ';'));
  const { artifact_id } = await api.train(dataset_id);
  const row = { ...written[0], anteil: '0.5' };
  const words = '"anteil", row 0: a number written as number (decimal comma, percent) is needed.';
  const json = await api.post(`/artifacts/${artifact_id}/predict`, { rows: [row] });
  expect([json.status, (await api.json(json))['detail']]).toEqual([422, `Column ${words}`]);
  const table = await api.call(`/artifacts/${artifact_id}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: csv([row], ';'),
  });
  expect([table.status, (await api.json(table))['detail']]).toEqual([
    422,
    'Line 2, column "anteil": a number written as number (decimal comma, percent) is needed.',
  ]);
});

test('the same table in other files gives the same model: Latin-1, UTF-16, a JSON array, a workbook', async () => {
  const { api } = app;
  const text = csv(plain, ',');
  const files: [name: string, content: Uint8Array<ArrayBuffer> | string, format: string][] = [
    ['plain.csv', text, 'csv'],
    ['latin.csv', Uint8Array.from(Buffer.from(text, 'latin1')), 'csv'],
    ['wide.csv', Uint8Array.from(Buffer.from(`\u{feff}${text}`, 'utf16le')), 'csv'],
    ['array.json', JSON.stringify(plain, undefined, 1), 'json'],
    [
      'book.xlsx',
      Uint8Array.from(
        workbook({
          Prices: [
            Object.keys(plain[0]!),
            ...plain.map(({ tag, ...row }) => [row.fläche, row.anteil, new Date(tag), row.target]),
          ],
        }),
      ),
      'xlsx',
    ],
  ];
  const figures = await Promise.all(
    files.map(async ([name, content, format]) => {
      const dataset = await api.upload(name, content);
      expect(dataset).toMatchObject({ format, rows: 200, columns: 4 });
      const downloaded = await (await api.call(`/datasets/${dataset.dataset_id}/download`)).arrayBuffer();
      expect(Buffer.from(downloaded).equals(Buffer.from(content as string))).toBe(true);
      const { r2, mae, mse } = (await api.train(dataset.dataset_id)).metrics as unknown as Record<
        string,
        number
      >;
      return { r2, mae, mse };
    }),
  );
  for (const figure of figures) expect(figure).toEqual(figures[0]);
});
