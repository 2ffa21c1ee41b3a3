/**
 * A large upload: throughput beside `cp` of the same file, and what the service's process needs above its idle
 * memory. `node bench/upload.ts [megabytes]`, 2000 by default. Three times the file's size of disk is needed.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { startService } from '../test/support/service.ts';

const MB = 1e6;
const SAMPLE_MS = 50;
const COLUMNS = 20;

async function writeTable(path: string, bytes: number): Promise<void> {
  const out = createWriteStream(path);
  const write = async (text: string) => {
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', resolve));
  };
  await write(`${Array.from({ length: COLUMNS }, (_, i) => `x${i}`).join(',')}\n`);
  for (let written = 0; written < bytes; ) {
    let block = '';
    for (let row = 0; row < 1000; row++)
      block += `${Array.from({ length: COLUMNS }, () => Math.random().toFixed(6)).join(',')}\n`;
    await write(block);
    written += block.length;
  }
  await new Promise<void>((resolve) => out.end(resolve));
}

const rssOf = async (pid: number): Promise<number> =>
  Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** Highest resident memory while `work` runs: of the process, and of its children together. */
async function peaks(pid: number, work: () => Promise<void>): Promise<{ own: number; children: number }> {
  const peak = { own: 0, children: 0 };
  const stop = new AbortController();
  const watching = (async () => {
    for await (const _ of every(SAMPLE_MS, undefined, { signal: stop.signal })) {
      peak.own = Math.max(peak.own, await rssOf(pid));
      const children = await Promise.all((await childrenOf(pid)).map((child) => rssOf(child).catch(() => 0)));
      peak.children = Math.max(
        peak.children,
        children.reduce((sum, rss) => sum + rss, 0),
      );
    }
  })().catch(() => {});
  await work();
  stop.abort();
  await watching;
  return peak;
}

const seconds = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const folder = await mkdtemp(join(tmpdir(), 'mlops-bench-'));
try {
  const path = join(folder, 'table.csv');
  process.stdout.write('writing the table …\n');
  await writeTable(path, Number(process.argv[2] ?? 2000) * MB);
  const { size } = await stat(path);

  const copy = await seconds(() =>
    spawnSync('sh', ['-c', `cp '${path}' '${path}.copy' && sync '${path}.copy'`]),
  );
  await rm(`${path}.copy`);

  await using service = await startService(join(folder, 'root'));
  const pid = service.process.pid as number;
  await service.api.upload('warm.csv', 'a,b\n1,2\n3,4\n');
  const idle = await rssOf(pid);
  let took = 0;
  const peak = await peaks(pid, async () => {
    const file = await open(path);
    took = await seconds(async () => {
      const body = file.readableWebStream() as ReadableStream<Uint8Array>;
      const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
      const response = await service.api.call('/datasets/upload?name=table.csv', init);
      if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
    });
    await file.close();
  });

  const rate = (time: number) => `${(size / MB / time).toFixed(0)} MB/s`;
  process.stdout.write(
    [
      `file                      ${(size / MB).toFixed(0)} MB`,
      `cp and sync               ${copy.toFixed(1)} s  ${rate(copy)}`,
      `upload, checked, profiled ${took.toFixed(1)} s  ${rate(took)}  ${(took / copy).toFixed(1)} × cp`,
      `service, idle             ${(idle / MB).toFixed(0)} MB`,
      `service, peak             ${(peak.own / MB).toFixed(0)} MB  (+${((peak.own - idle) / MB).toFixed(0)} MB)`,
      `inspector, peak           ${(peak.children / MB).toFixed(0)} MB`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
