import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { test as base, expect } from 'vitest';
import { inspectHere } from '../../../src/domain/table/inspect-here.ts';
import type { TableLimits } from '../../../src/domain/table/limits.ts';
import { refuseEarly } from '../../../src/domain/table/refuse-early.ts';
import { AppError, type ProblemCode } from '../../../src/errors.ts';
import type { PlainFileType, TableProfile } from '../../../src/vocabulary/tables.ts';

interface Files {
  /** A directory of the test's own. */
  readonly directory: string;
  /** Writes a file and gives its path. */
  readonly write: (content: string | Uint8Array, name?: string) => Promise<string>;
  /** Writes what a query selects as Parquet and gives its path. */
  readonly parquet: (query: string) => Promise<string>;
}

export const test = base.extend<Files>({
  // biome-ignore lint/correctness/noEmptyPattern: the form that vitest asks for
  directory: async ({}, use) => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'table-'));
    await use(directory);
    await rm(directory, { recursive: true, force: true });
  },
  write: async ({ directory }, use) => {
    await use(async (content, name = 'table') => {
      const file = path.join(directory, name);
      await writeFile(file, content);
      return file;
    });
  },
  parquet: async ({ directory }, use) => {
    await use(async (query) => {
      const file = path.join(directory, 'table.parquet');
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
      return file;
    });
  },
});

export const CSV: PlainFileType = { format: 'csv', compression: 'none' };
export const TSV: PlainFileType = { format: 'tsv', compression: 'none' };
export const NDJSON: PlainFileType = { format: 'ndjson', compression: 'none' };
export const PARQUET: PlainFileType = { format: 'parquet', compression: 'none' };
export const gzipped = ({ format }: PlainFileType): PlainFileType => ({ format, compression: 'gzip' });

export const NO_LIMITS: TableLimits = { minRows: 1, maxEmptyRatio: 1, maxBytes: 2 ** 40 };

const verdict = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: Error) => `${error instanceof AppError ? error.code : error.name}: ${error.message}`,
  );

/**
 * Inspects in this process: the same work as in a child, without the time a child takes to start. What may be refused
 * before that must be refused by the inspection too, in the same words.
 */
export async function inspect(
  file: string,
  fileType: PlainFileType,
  limits: Partial<TableLimits> = {},
): Promise<TableProfile> {
  const tempDirectory = path.join(path.dirname(file), 'spill');
  const all = { ...NO_LIMITS, ...limits };
  const inspection = inspectHere({ path: file, fileType, limits: all, memoryMb: 512, tempDirectory });
  const thorough = await verdict(inspection);
  const early = await verdict(refuseEarly(await readFile(file), fileType, all));
  if (early !== undefined) expect(early).toBe(thorough);
  return inspection;
}

/** Expects a refusal with this code, and gives its message. */
export async function refusal(attempt: Promise<unknown>, code: ProblemCode): Promise<string> {
  const error = await attempt.then(
    () => expect.unreachable('it should have been refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code });
  return (error as AppError).message;
}

/** Repeatable random numbers from 0 to 1 (exclusive), and choices by them. */
export function seeded(seed: number) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (n: number) => Math.floor(random() * n);
  return { random, below, pick: <T>(choices: readonly T[]): T => choices[below(choices.length)]! };
}
