import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { basename, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Service, startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Aim, type Measured, over, type Part, type Ratio, type Series } from '../part.ts';
import { peaksDuring, residentBytes } from '../process-memory.ts';
import { writeJsonLines, writeParquet, writeTable } from '../tables.ts';

const MB = 1e6;
const CHUNK_BYTES = 1 << 20;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** What is uploaded, by the name of its figures. */
const FILES = {
  numbers: {
    file: 'numbers.csv',
    write: (path, quick) => writeTable(path, (quick ? 20 : 500) * MB, 'numbers'),
    aims: { speed: { atLeast: 150 }, beside: { atMost: 1 } },
  },
  mixed: {
    file: 'mixed.csv',
    write: (path, quick) => writeTable(path, (quick ? 20 : 500) * MB, 'mixed'),
    aims: { speed: { atLeast: 150 }, beside: { atMost: 1 } },
  },
  'JSON lines': {
    file: 'lines.ndjson',
    write: (path, quick) => writeJsonLines(path, quick ? 20_000 : 200_000),
  },
  Parquet: { file: 'table.parquet', write: (path, quick) => writeParquet(path, (quick ? 20 : 200) * MB) },
} satisfies Record<string, Upload>;

interface Upload {
  /** Its ending tells the service and DuckDB the format. */
  readonly file: string;
  /** @returns its bytes */
  readonly write: (path: string, quick: boolean) => Promise<number>;
  readonly aims?: { readonly speed: Aim; readonly beside: Aim };
}

/** By a client that needs little of the processors itself: `fetch` would need more than the service that receives. */
async function send(service: Service, path: string): Promise<string> {
  const asked = request(`${service.origin}/api/ml/v1/datasets/upload?name=${basename(path)}`, {
    method: 'POST',
  });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), asked);
  const [response] = await answered;
  const answer = (await json(response)) as { dataset_id: string };
  if (response.statusCode !== 201) throw new Error(JSON.stringify(answer));
  return answer.dataset_id;
}

/** DuckDB's own figures of every column, by all threads, in a database of its own. */
async function summarize(path: string): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.runAndReadAll(`summarize select * from '${path}'`);
  connection.closeSync();
  instance.closeSync();
}

async function copy(path: string): Promise<void> {
  spawnSync('sh', ['-c', 'cp "$0" "$0.copy" && sync "$0.copy"', path]);
}

export const part: Part = {
  about:
    'A large upload over HTTP, until it is stored, checked, profiled and acknowledged, beside `cp` and `sync` of the same file and DuckDB’s `SUMMARIZE` of it; and what the service’s process needs above its idle memory. Numbers: 500 MB of CSV, 20 columns of them; mixed: as much of numbers, quoted text and dates, a tenth missing; 200,000 JSON lines of the like; 200 MB of Parquet, numbers.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 2 : 5;
    await using root = await storageRoot();
    const figures: Series[] = [];
    const ratios: Ratio[] = [];
    for (const [kind, { file, write, aims }] of Object.entries<Upload>(FILES)) {
      const path = join(root.path, file);
      const size = await write(path, quick);
      await using service = await startService(join(root.path, kind));
      const pid = service.process.pid as number;
      await service.api.upload('warm.csv', 'a,b\n1,2\n3,4\n');
      const idle = await residentBytes(pid);

      const [copied, uploaded, summarized, memory]: [number[], number[], number[], number[]] = [
        [],
        [],
        [],
        [],
      ];
      for (let round = 0; round < rounds; round++) {
        copied.push(await timed(() => copy(path)));
        await rm(`${path}.copy`);
        summarized.push(await timed(() => summarize(path)));
        let id = '';
        const { own } = await peaksDuring(pid, async () => {
          uploaded.push(
            await timed(async () => {
              id = await send(service, path);
            }),
          );
        });
        memory.push((own - idle) / MB);
        await service.api.call(`/datasets/${id}`, { method: 'DELETE' });
      }
      await rm(path);
      const speeds = (times: readonly number[]) => times.map((time) => size / MB / time);
      figures.push(
        { name: `upload, ${kind}`, unit: 'MB/s', values: speeds(uploaded), ...(aims && { aim: aims.speed }) },
        { name: `SUMMARIZE, ${kind}`, unit: 'MB/s', values: speeds(summarized) },
        { name: `cp and sync, ${kind}`, unit: 'MB/s', values: speeds(copied) },
        { name: `memory above idle, ${kind}`, unit: 'MB', values: memory },
      );
      ratios.push(
        {
          name: `time, upload / SUMMARIZE, ${kind}`,
          better: 'lower',
          values: over(uploaded, summarized),
          ...(aims && { aim: aims.beside }),
        },
        { name: `time, upload / cp and sync, ${kind}`, better: 'lower', values: over(uploaded, copied) },
      );
    }
    return { figures, ratios };
  },
};
