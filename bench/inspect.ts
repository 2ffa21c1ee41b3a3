/**
 * How fast an upload is validated and profiled, beside `cp` of the same file in the same run.
 *
 *   node bench/inspect.ts [megabytes = 500] [kind = numbers | mixed] [directory = the system's for temporary files]
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInspector } from '../src/domain/table/inspect.ts';
import { PATIENT } from '../test/support/patience.ts';

const COLUMNS = 20;
const ROWS_PER_BLOCK = 4000;
const SAMPLE_EVERY_MS = 20;
/** Clock ticks of /proc: 100 a second on every Linux there is. */
const TICKS = 100;

const megabytes = Number(process.argv[2] ?? 500);
const mixed = process.argv[3] === 'mixed';
const directory = await mkdtemp(path.join(process.argv[4] ?? os.tmpdir(), 'bench-'));
try {
  const file = path.join(directory, 'table.csv');
  await pipeline(Readable.from(blocks(megabytes * 1e6)), createWriteStream(file, { highWaterMark: 8 << 20 }));
  const { size } = await stat(file);

  const copying = seconds(() =>
    spawnSync('cp', [file, path.join(directory, 'copy.csv')], { stdio: 'inherit' }),
  );
  await rm(path.join(directory, 'copy.csv'));

  const idleRss = process.memoryUsage.rss();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const peaks = watchMemory();
  const start = performance.now();
  await using inspector = createInspector(directory, PATIENT);
  const profile = await inspector.inspect({
    path: file,
    fileType: { format: 'csv', compression: 'none' },
    limits: { minRows: 1, maxEmptyRatio: 1, maxBytes: Number.MAX_SAFE_INTEGER },
  });
  const inspecting = (performance.now() - start) / 1000;
  delay.disable();
  peaks.stop();

  const speed = (duration: number) => `${(size / 1e6 / duration).toFixed(0)} MB/s (${duration.toFixed(2)} s)`;
  console.log(
    `table         ${(size / 1e6).toFixed(0)} MB, ${profile.rows} rows, ${profile.columns.length} columns`,
  );
  console.log(`cp            ${speed(copying)}`);
  console.log(`inspect       ${speed(inspecting)}: ${(inspecting / copying).toFixed(1)} × cp`);
  console.log(`child         peak RSS ${mib(peaks.child)}, ${peaks.childCpu.toFixed(1)} s of processor time`);
  console.log(`parent        peak RSS ${mib(peaks.parent)}, ${mib(peaks.parent - idleRss)} above idle`);
  console.log(`event loop    longest delay of the parent ${(delay.max / 1e6).toFixed(1)} ms`);
  console.log(`machine       ${os.availableParallelism()} cores, load ${os.loadavg()[0]!.toFixed(1)}`);
} finally {
  await rm(directory, { recursive: true, force: true });
}

function* blocks(bytes: number): Generator<string> {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const number = (i: number) => ((random() * 2 - 1) * 10 ** (i % 4)).toFixed(4 + (i % 7));
  const cell = (i: number) => {
    if (!mixed || i % 4 < 2) return number(i);
    if (random() < 0.1) return '';
    return i % 4 === 2 ? `"city, ${Math.floor(random() * 1000)}"` : new Date(random() * 1.7e12).toISOString();
  };
  let block = `${Array.from({ length: COLUMNS }, (_, i) => `f${i}`).join()},target\n`;
  for (let written = 0; written < bytes; ) {
    for (let row = 0; row < ROWS_PER_BLOCK; row++) {
      for (let i = 0; i < COLUMNS; i++) block += `${cell(i)},`;
      block += random() < 0.5 ? '0\n' : '1\n';
    }
    written += block.length;
    yield block;
    block = '';
  }
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** What this process and its child take at most, where /proc tells (Linux); else NaN. */
function watchMemory() {
  const peaks = {
    parent: process.memoryUsage.rss(),
    child: Number.NaN,
    childCpu: Number.NaN,
    stop: () => clearInterval(timer),
  };
  const timer = setInterval(async () => {
    peaks.parent = Math.max(peaks.parent, process.memoryUsage.rss());
    const children = await read(`/proc/self/task/${process.pid}/children`);
    for (const pid of children.split(' ').filter(Boolean)) {
      const peak = /VmHWM:\s*(\d+) kB/.exec(await read(`/proc/${pid}/status`));
      if (peak === null) continue;
      peaks.child = Math.max(Number.isNaN(peaks.child) ? 0 : peaks.child, Number(peak[1]) * 1024);
      const [, times] = (await read(`/proc/${pid}/stat`)).split(') ');
      const [user, system] = times?.split(' ').slice(11, 13).map(Number) ?? [];
      peaks.childCpu = ((user ?? 0) + (system ?? 0)) / TICKS;
    }
  }, SAMPLE_EVERY_MS);
  return peaks;
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
