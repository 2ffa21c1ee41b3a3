import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { loadModel, type ModelDocument, toOnnx, train } from '#tabular';
import { type BatchSource, scoreTable } from '../../src/domain/model/batch/score-table.ts';
import { detectFileType } from '../../src/domain/table/file-type.ts';
import { inspectHere } from '../../src/domain/table/inspect-here.ts';
import { plainTable } from '../../src/domain/table/plain/plain-table.ts';
import { readTable } from '../../src/domain/table/read-table.ts';
import { literal } from '../../src/domain/table/sql.ts';
import type { PlainFileType, ReadOptions } from '../../src/vocabulary/tables.ts';
import { CSV, NO_LIMITS, PARQUET, test } from './table/files.ts';

const TITLE = '## What a cell comes to';
const ROWS = 60;
const MISSING = 'missing';

const spans = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!);

/** The table in docs/tables.md, row by row. */
async function documented() {
  const text = await readFile(new URL('../../docs/tables.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf(TITLE)).matchAll(/^\| (`.*) \|$/gm);
  return [...table].map(([, line]) => {
    const [cells, profile, trained, json, csv, onnx] = line!.split(' | ');
    const [first = '', second = '', options] = spans(cells);
    return {
      cells: [first, second] as const,
      options: JSON.parse(`{${options ?? ''}}`) as ReadOptions,
      profile,
      trained: trained!,
      json: spans(json).map((value) => JSON.parse(value) as unknown),
      csv: spans(csv)[0]!,
      onnx: onnx!.split(' ') as [type: 'double' | 'string', value: string],
    };
  });
}

const field = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

/** What a model was given of its one column, as a word of the documentation. */
function inputOf(document: ModelDocument, row: Record<string, unknown>) {
  let input = '';
  const { probabilities } = loadModel(document).predict([row], ([column]) => {
    if (column?.kind === 'number')
      input = Number.isNaN(column.values[0]) ? MISSING : String(column.values[0]);
    else input = column?.labels[column.codes[0]!] ?? MISSING;
  });
  return { input, probabilities: Object.values(probabilities![0]!) };
}

/** A value of JSON as one of the same type. */
function sqlOf(value: unknown): string {
  if (typeof value === 'number') return `${value}::DOUBLE`;
  if (typeof value === 'boolean') return String(value);
  return value === null ? 'NULL::VARCHAR' : literal(String(value));
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function answerTo(
  document: ModelDocument,
  source: BatchSource,
  fileType: PlainFileType,
): Promise<number[]> {
  let answer = '';
  const options = { fileType, to: 'csv', maxBytes: 1e6, threads: 0 } as const;
  await scoreTable(
    document,
    () => source,
    options,
    (piece) => {
      answer += Buffer.from(piece).toString();
    },
  );
  return answer.trimEnd().split('\n')[1]!.split(',').slice(1).map(Number);
}

test('a cell means in the profile, in training, in rows, in tables and in ONNX what docs/tables.md says', async ({
  write,
  directory,
  parquet,
}) => {
  const rows = await documented();
  expect(rows.length).toBeGreaterThan(20);
  for (const { cells, options, profile, trained, json, csv, onnx } of rows) {
    const text = `x,y\n${Array.from({ length: ROWS }, (_, i) => `${field(cells[i % 2]!)},${'ab'[i % 2]}\n`).join('')}`;
    const path = await write(text, crypto.randomUUID());
    const file = { path, fileType: detectFileType(Buffer.from(text), 't.csv', options) };
    const plain = await plainTable(file, join(directory, crypto.randomUUID()), NO_LIMITS.maxBytes);
    const limits = { limits: NO_LIMITS, memoryMb: 256, tempDirectory: undefined };
    const inspected = await inspectHere({ ...plain, ...limits, options });
    const [column] = inspected.columns;
    const present = cells.filter((_, i) => i > 0 || trained !== MISSING).length * (ROWS / 2);
    const readsAs = column!.reads_as?.replace(`, ${present} of ${present}`, '');
    expect(readsAs ?? column!.type, cells[0]).toBe(profile);

    const read = { ...plain, columns: inspected.columns, memoryLimitMb: 256, rows: ROWS };
    const table = await readTable(read);
    const [x] = table.columns;
    const value = x!.kind === 'number' ? x!.values[0]! : (x!.labels[x!.codes[0]!] ?? Number.NaN);
    const word = Number.isNaN(value) ? MISSING : String(value);
    expect(column!.type === 'boolean' ? word.toLowerCase() : word, cells[0]).toBe(trained);

    const { model } = await train(
      table,
      {
        mode: 'light',
        target: 'y',
        seed: 1,
        params: {},
        columnTypes: { x: column!.type },
        columnForms: column!.form ? { x: column!.form } : {},
        naValues: options.na_values,
      },
      { onProgress() {} },
    );
    const { probabilities } = inputOf(model, { x: json[0] });
    expect(inputOf(model, { x: cells[1] }).probabilities, cells[1]).not.toEqual(probabilities);
    for (const said of [...json, csv])
      expect(inputOf(model, { x: said }), JSON.stringify(said)).toEqual({ input: trained, probabilities });

    expect(await answerTo(model, once(`x\n${field(csv)}\n`), CSV), csv).toEqual(probabilities);
    const typed = [...json, csv];
    const typedFile = await parquet(`SELECT ${typed.map((said, i) => `${sqlOf(said)} AS x${i}`).join()}`);
    for (const [i, said] of typed.entries()) {
      const columns = [{ ...model.columns[0]!, name: `x${i}` }];
      const answer = await answerTo({ ...model, columns }, typedFile, PARQUET);
      expect(answer, `${JSON.stringify(said)} in Parquet`).toEqual(probabilities);
    }

    const session = await ort.InferenceSession.create(await toOnnx(model, {}));
    const [type, given] = onnx;
    const tensor =
      type === 'double'
        ? new ort.Tensor('float64', Float64Array.of(Number(given)), [1, 1])
        : new ort.Tensor('string', [given === "''" ? '' : given], [1, 1]);
    const { probabilities: theirs } = await session.run({ x: tensor });
    for (const [k, p] of probabilities.entries())
      expect((theirs!.data as Float64Array)[k], `${cells[0]} in ONNX`).toBeCloseTo(p, 6);
  }
});
