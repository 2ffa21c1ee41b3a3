import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { type OpenDatabase, openDatabase, SpareDatabase } from '../../../src/domain/table/duckdb.ts';
import { createInspector } from '../../../src/domain/table/inspect.ts';
import { readTable } from '../../../src/domain/table/read-table.ts';
import { readChunks } from '../../../src/domain/table/text-chunks.ts';
import { AppError } from '../../../src/errors.ts';
import type { PlainFileType } from '../../../src/vocabulary/tables.ts';
import { eventually } from '../../support/client.ts';
import { PATIENT } from '../../support/patience.ts';
import { CSV, gzipped, inspect, NDJSON, NO_LIMITS, PARQUET, refusal, seeded, test } from './files.ts';

const HOSTILE = [
  'a"b',
  "'; DROP TABLE t; --",
  '__proto__',
  'constructor',
  '😀',
  "c0'): 'INTEGER'",
  '/etc/passwd',
  '$.a[0]',
  '*',
  'NULL',
  'a\nb',
  "read_csv('/etc/passwd')",
  '{a}',
  '../x',
  'é\u0301',
];

describe('names and cells are data, whatever they look like', () => {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

  async function expectIntact(file: string, type: PlainFileType) {
    const { columns } = await inspect(file, type);
    expect(columns.map(({ name }) => name)).toEqual(HOSTILE);
    const table = await readTable({ path: file, fileType: type, columns, memoryLimitMb: 256 });
    const labels = table.columns.map((column) => (column.kind === 'category' ? column.labels : []));
    expect(labels).toEqual(HOSTILE.map((text) => (text === 'NULL' ? ['other'] : [text, 'other'])));
  }
  const rows = [HOSTILE, HOSTILE.map(() => 'other')];

  test('in csv', async ({ write }) => {
    await expectIntact(
      await write([HOSTILE, ...rows].map((cells) => `${cells.map(quote).join()}\n`).join('')),
      CSV,
    );
  });

  test('in newline-delimited JSON', async ({ write }) => {
    const lines = rows.map((cells) => {
      const entries = HOSTILE.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(cells[i])}`);
      return `{${entries.join()}}\n`;
    });
    await expectIntact(await write(lines.join('')), NDJSON);
  });

  test('in Parquet', async ({ parquet }) => {
    const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const select = (cells: string[]) =>
      `SELECT ${cells.map((c, i) => `${literal(c)} AS ${quote(HOSTILE[i]!)}`).join()}`;
    await expectIntact(await parquet(rows.map(select).join(' UNION ALL ')), PARQUET);
  });

  test('a message shows little of them, on one line', async ({ write }) => {
    const name = `x\u202e\n${'y'.repeat(240)}`;
    const message = await refusal(inspect(await write(`a,${quote(name)}\n1,"2" \n`), CSV), 'bad_format');
    expect(message.length).toBeLessThan(160);
    expect(message).toMatch(/^[\P{C}]+$/u);
  });

  test('names that are no text are refused', async ({ write }) => {
    await refusal(inspect(await write('{"a\\u0000":1}\n'), NDJSON), 'bad_header');
    await refusal(inspect(await write('{"\\ud800":1}\n'), NDJSON), 'bad_header');
  });
});

test('as many columns as are allowed are profiled and read', async ({ write }) => {
  const numbers = Array.from({ length: 4096 }, (_, i) => i);
  const file = await write(`${numbers.map((i) => `c${i}`).join()}\n${`${numbers.join()}\n`.repeat(3)}`);
  const profile = await inspect(file, CSV);
  expect(profile.columns.map(({ mean }) => mean)).toEqual(numbers);
  const table = await readTable({ path: file, fileType: CSV, columns: profile.columns, memoryLimitMb: 2048 });
  expect(table.columns).toHaveLength(4096);
});

test('cells that look like rows are cells, wherever a reader begins', async ({ directory }) => {
  const rows = 120;
  const file = path.join(directory, 'rows-in-cells.csv');
  const cell = `"${'1,2,3\n'.repeat(100_000)}"`;
  await writeFile(file, ['a,b,c\n', ...Array.from({ length: rows }, (_, i) => `${i},${cell},z\n`)]);
  const profile = await inspect(file, CSV);
  expect(profile).toMatchObject({ rows, columns: [{ max: rows - 1 }, { distinct: 1 }, { distinct: 1 }] });
  const columns = [{ name: 'a', type: 'number' as const }];
  const table = await readTable({ path: file, fileType: CSV, columns, memoryLimitMb: 256 });
  expect(table.rows).toBe(rows);
});

describe('the database', () => {
  const spare = new SpareDatabase();
  spare.make();
  test.for<[how: string, open: OpenDatabase]>([
    ['reads', openDatabase],
    ['that was made before it was asked for reads', spare.open],
  ])('%s the one file it was opened for and nothing else', async ([, open], { write, directory }) => {
    const allowed = await write('a\n1\n', 'allowed.csv');
    const other = await write('a\n1\n', 'other.csv');
    const { connection, close } = await open(allowed, { memoryMb: 128 });
    try {
      await expect(connection.run(`FROM read_csv('${allowed}')`)).resolves.toBeDefined();
      for (const sql of [
        `FROM read_csv('${other}')`,
        `FROM read_text('/etc/passwd')`,
        `FROM read_csv('${directory}/*.csv')`,
        `FROM glob('${directory}/*')`,
        `FROM read_csv('https://example.com/a.csv')`,
        `COPY (SELECT 1) TO '${other}'`,
        `COPY (SELECT 1) TO '${directory}/new.csv'`,
        `ATTACH '${directory}/new.db'`,
        `EXPORT DATABASE '${directory}/export'`,
        'INSTALL httpfs',
        'LOAD httpfs',
        'SET enable_external_access = true',
        `SET allowed_paths = ['${other}']`,
        `SET temp_directory = '${directory}'`,
        'RESET lock_configuration',
      ])
        await expect(connection.run(sql), sql).rejects.toThrow();
    } finally {
      close();
    }
    expect((await readdir(directory)).toSorted()).toEqual(['allowed.csv', 'other.csv']);
  });

  test('that was made before is for one table alone: what one held the next does not know', async ({
    write,
  }) => {
    const databases = new SpareDatabase();
    databases.make();
    const file = await write('a\n1\n');
    const first = await databases.open(file, { memoryMb: 128 });
    await first.connection.run('CREATE TABLE kept AS SELECT 1');
    databases.make();
    const second = await databases.open(file, { memoryMb: 128 });
    await expect(second.connection.run('FROM kept')).rejects.toThrow(/does not exist/);
    first.close();
    second.close();
  });

  test('finds a file whose path looks like a pattern or a partition', async ({ directory }) => {
    const odd = path.join(directory, "year=2024 [x]* {a,b} 'q'");
    await mkdir(odd);
    const file = path.join(odd, 'file?.csv');
    await writeFile(file, 'a,b\n1,2\n');
    const { columns } = await inspect(file, CSV);
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('a gzip bomb', () => {
  /** A gigabyte of a text repeated, in 64 members. */
  const bomb = (text: string) =>
    Buffer.concat(new Array<Buffer>(64).fill(gzipSync(text.repeat((16 << 20) / text.length))));

  test('of rows is refused as soon as it is larger than allowed', async ({ write }) => {
    const rows = await write(Buffer.concat([gzipSync('a,b\n'), bomb('12,4567\n')]), 'rows');
    await refusal(inspect(rows, gzipped(CSV), { maxBytes: 10_000_000 }), 'too_large');
    await refusal(inspect(rows, gzipped(NDJSON), { maxBytes: 10_000_000 }), 'bad_format');
  });

  test('of zeros is refused at its first byte', async ({ write }) => {
    const message = await refusal(inspect(await write(bomb('\0')), gzipped(CSV)), 'bad_format');
    expect(message).toBe('Line 1: a NUL byte.');
  });

  test('is not read further than allowed', async ({ write }) => {
    const file = await write(bomb('12,4567\n'));
    let bytes = 0;
    const all = async () => {
      for await (const chunk of readChunks(file, 'gzip', { maxBytes: 10_000_000 })) bytes += chunk.length;
    };
    await refusal(all(), 'too_large');
    expect(bytes).toBeLessThanOrEqual(10_000_000);
  });
});

describe('an inspector', () => {
  test('gives the profile from a process of its own and leaves nothing behind', async ({
    write,
    directory,
  }) => {
    const scratch = path.join(directory, 'scratch');
    await using inspector = createInspector(scratch, PATIENT);
    const file = await write('a,b\n1,x\n2,y\n');
    await expect(inspector.inspect({ path: file, fileType: CSV, limits: NO_LIMITS })).resolves.toEqual({
      rows: 2,
      columns: [
        { name: 'a', type: 'number', missing: 0, distinct: 2, min: 1, max: 2, mean: 1.5 },
        { name: 'b', type: 'string', missing: 0, distinct: 2, min: 'x', max: 'y', mean: null },
      ],
      distributions: {
        rows: 2,
        columns: [
          { from: 0.5, width: 1, counts: [1, 1], quartiles: [1.25, 1.5, 1.75] },
          {
            values: [
              { value: 'x', count: 1 },
              { value: 'y', count: 1 },
            ],
            others: 0,
          },
        ],
      },
      preview: {
        columns: ['a', 'b'],
        rows: [
          ['1', 'x'],
          ['2', 'y'],
        ],
      },
      warnings: [],
    });
    await refusal(inspector.inspect({ path: file, fileType: NDJSON, limits: NO_LIMITS }), 'bad_format');
    // A small text needs no room beside it.
    await expect(readdir(scratch)).rejects.toThrow('ENOENT');
    const zipped = await write(gzipSync('a,b\n1,x\n2,y\n'));
    await inspector.inspect({ path: zipped, fileType: gzipped(CSV), limits: NO_LIMITS });
    expect(await readdir(scratch)).toEqual([]);
  });

  test('ends when its signal says so, and leaves nothing behind', async ({ directory }) => {
    const scratch = path.join(directory, 'scratch');
    await using inspector = createInspector(scratch, PATIENT);
    // Nobody ever writes to it: without the signal it would be read for ever.
    const pipe = path.join(directory, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const controller = new AbortController();
    const inspecting = inspector.inspect({
      path: pipe,
      fileType: gzipped(CSV),
      limits: NO_LIMITS,
      signal: controller.signal,
    });
    await eventually(async () => (await readdir(scratch).catch(() => [])).length > 0);
    controller.abort();
    await refusal(inspecting, 'aborted');
    expect(await readdir(scratch)).toEqual([]);
  });

  test('reads a file that is still being written, up to where it is moved when it is whole', async ({
    write,
    directory,
  }) => {
    await using inspector = createInspector(path.join(directory, 'scratch'), PATIENT);
    const part = await write('a,b\n1,x\n', 'file.part');
    const whole = path.join(directory, 'file');
    const inspection = { path: whole, fileType: CSV, limits: NO_LIMITS };
    const inspecting = inspector.inspectArriving(inspection, part);
    await appendFile(part, '2,y\n');
    await rename(part, whole);
    expect(await inspecting).toEqual(await inspector.inspect(inspection));
  });

  test('does not wait long for a file that does not grow', async ({ write, directory }) => {
    await using inspector = createInspector(path.join(directory, 'scratch'), PATIENT);
    const part = await write('a,b\n1,x\n', 'file.part');
    const inspection = { path: path.join(directory, 'file'), fileType: CSV, limits: NO_LIMITS };
    expect(await inspector.inspectArriving(inspection, part)).toBeUndefined();
  });

  test('reads a text as Windows-1252 that turns out to be written so far behind its start', async ({
    write,
    directory,
  }) => {
    const scratch = path.join(directory, 'scratch');
    await using inspector = createInspector(scratch, PATIENT);
    const plain = `n,place\n${'1,Berlin\n'.repeat(20_000)}`;
    const late = Buffer.from(`${plain}2,K\xf6ln\n3,B\xe9ziers\n`, 'latin1');
    const read = { encoding: 'windows-1252', rows: 20_002, warnings: [{ code: 'converted' }] };
    const file = await write(late, 'late.csv');
    const inspection = { path: file, fileType: CSV, limits: NO_LIMITS };
    const table = await inspector.inspect(inspection);
    expect(table).toMatchObject(read);
    expect(table.columns[1]).toMatchObject({ distinct: 3, min: 'Berlin', max: 'Köln' });
    const zipped = { path: await write(gzipSync(late)), fileType: gzipped(CSV), limits: NO_LIMITS };
    expect(await inspector.inspect(zipped)).toMatchObject(read);
    // While it arrives nobody can tell what the rest of it is.
    expect(await inspector.inspectArriving(inspection, file)).toBeUndefined();
    expect(await readdir(scratch)).toEqual([]);

    const damaged = Buffer.concat([late, Buffer.from('4,Zürich\n')]);
    const message = await refusal(
      inspector.inspect({ ...inspection, path: await write(damaged) }),
      'bad_format',
    );
    expect(message).toContain('Line 20002: not UTF-8 text.');
    const sure = { ...inspection, options: { encoding: 'utf-8' } } as const;
    await refusal(inspector.inspect(sure), 'bad_format');
  });

  test('survives any damage to a Parquet file', async ({ parquet, write, directory }) => {
    const { below } = seeded(5);
    await using inspector = createInspector(directory, PATIENT);
    const good = await readFile(await parquet(`SELECT i, 'text ' || i AS t FROM range(2000) r(i)`));
    const attempts = Array.from({ length: 6 }, async (_, n) => {
      const damaged = Buffer.from(good);
      for (let k = 0; k < 1 + n * 3; k++) damaged[4 + below(good.length - 8)] = below(256);
      const file = await write(damaged, `damaged-${n}.parquet`);
      const limits = { ...NO_LIMITS, maxBytes: 10_000_000 };
      return inspector.inspect({ path: file, fileType: PARQUET, limits }).catch((error: unknown) => error);
    });
    for (const outcome of await Promise.all(attempts)) {
      if (!(outcome instanceof Error)) continue;
      expect(outcome, String(outcome)).toBeInstanceOf(AppError);
      expect(outcome.message).not.toContain(directory);
    }
  });
});
