import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createInspector } from '../../src/domain/table/inspect.ts';
import { PATIENT } from '../../test/support/patience.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Measured, over, type Part } from '../part.ts';
import { peaksDuring } from '../process-memory.ts';
import { type TableKind, writeTable } from '../tables.ts';

const MB = 1e6;
const KINDS: readonly TableKind[] = ['numbers', 'mixed'];

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** What DuckDB alone takes to read and summarise the file, with all processors. */
async function summarize(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await (await connection.runAndReadAll(`summarize select * from read_csv('${file}')`)).readAll();
  connection.closeSync();
  instance.closeSync();
}

export const part: Part = {
  about:
    'Checking and profiling a stored table of 20 columns in the child process, beside DuckDB’s own `SUMMARIZE` of the same file with all processors. `mixed` has quoted text, dates and missing cells.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 2 : 5;
    await using root = await storageRoot();
    const figures: { name: string; unit: string; values: number[]; aim?: { atLeast: number } }[] = [];
    const ratios: Measured['ratios'][number][] = [];
    for (const kind of KINDS) {
      const path = join(root.path, `${kind}.csv`);
      const size = await writeTable(path, (quick ? 20 : 500) * MB, kind);
      const limits = { minRows: 1, maxEmptyRatio: 1, maxBytes: Number.MAX_SAFE_INTEGER };
      const inspected: number[] = [];
      const summarized: number[] = [];
      const memory: number[] = [];
      for (let round = 0; round < rounds; round++) {
        await using inspector = createInspector(root.path, PATIENT);
        const inspect = () =>
          inspector.inspect({ path, fileType: { format: 'csv', compression: 'none' }, limits });
        const { children } = await peaksDuring(process.pid, async () =>
          inspected.push(await seconds(inspect)),
        );
        memory.push(children / MB);
        summarized.push(await seconds(() => summarize(path)));
      }
      const speeds = (times: readonly number[]) => times.map((time) => size / MB / time);
      figures.push(
        { name: `inspect, ${kind}`, unit: 'MB/s', values: speeds(inspected), aim: { atLeast: 150 } },
        { name: `SUMMARIZE, ${kind}`, unit: 'MB/s', values: speeds(summarized) },
        { name: `inspector's memory, ${kind}`, unit: 'MB', values: memory },
      );
      ratios.push({
        name: `time, inspect / SUMMARIZE, ${kind}`,
        better: 'lower',
        values: over(inspected, summarized),
        aim: { atMost: 1 },
      });
      await rm(path);
    }
    return { figures, ratios };
  },
};
