import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runChild } from '../../../src/adapters/process/child.ts';
import { ChildError } from '../../../src/adapters/process/child-error.ts';
import { AppError } from '../../../src/errors.ts';
import { eventually } from '../../support/client.ts';
import { tied } from '../../support/tied.ts';
import type { Behaviour } from './children/behave.child.ts';

const ENTRY = new URL('./children/behave.child.ts', import.meta.url);
const run = <Output>(behaviour: Behaviour, options?: Parameters<typeof runChild<Output, number>>[2]) =>
  runChild<Output, number>(ENTRY, behaviour, options);

afterEach(() => vi.unstubAllEnvs());

/** A process that has ended but whose new parent has not asked for its exit code yet is dead too. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

async function failureOf(promise: Promise<unknown>): Promise<ChildError> {
  const error = await promise.then(
    () => expect.unreachable('it should have failed'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChildError);
  return error as ChildError;
}

test('typed arrays, NaN, maps and undefined survive both ways', async () => {
  const value = {
    numbers: Float64Array.of(1.5, Number.NaN),
    map: new Map([['__proto__', 1]]),
    nothing: undefined,
  };
  expect(await run({ do: 'echo', value })).toStrictEqual(value);
});

test('progress arrives in order and before the result', async () => {
  const seen: number[] = [];
  await expect(run({ do: 'count', to: 500 }, { onProgress: (n) => seen.push(n) })).resolves.toBe('counted');
  expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
});

describe('what a child used', () => {
  const used = { cpuSeconds: 0, peaks: [] as number[] };
  const meter = {
    cpu: (seconds: number) => {
      used.cpuSeconds += seconds;
    },
    ended: (peakBytes: number) => used.peaks.push(peakBytes),
  };
  const BYTES = 200 << 20;
  beforeEach(() => Object.assign(used, { cpuSeconds: 0, peaks: [] }));

  test('is told in all when it ends by itself', async () => {
    await run({ do: 'use', cpuSeconds: 0.5, bytes: BYTES, finally: 'end' }, { meter });
    expect(used.cpuSeconds).toBeGreaterThan(0.5);
    expect(used.cpuSeconds).toBeLessThan(10);
    expect(used.peaks).toEqual([expect.any(Number)]);
    expect(used.peaks[0]).toBeGreaterThan(BYTES);
  });

  test('is told up to its last message when it is killed', async () => {
    const end = new AbortController();
    const killed = run(
      { do: 'use', cpuSeconds: 0.5, bytes: BYTES, finally: 'wait' },
      { meter, signal: end.signal, onProgress: () => end.abort() },
    );
    expect((await failureOf(killed)).failure).toBe('aborted');
    expect(used.cpuSeconds).toBeGreaterThan(0.5);
    expect(used.peaks[0]).toBeGreaterThan(BYTES);
  });

  test('is told up to its start when it is killed before it said anything of its work', async () => {
    await failureOf(run({ do: 'die', signal: 'SIGKILL' }, { meter }));
    expect(used.cpuSeconds).toBeGreaterThan(0);
    expect(used.peaks).toHaveLength(1);
  });

  test.runIf(process.platform === 'linux')('is not what its parent held (Linux)', async () => {
    const held = Buffer.alloc(2 * BYTES, 1);
    await run({ do: 'echo', value: 1 }, { meter });
    expect(used.peaks[0]).toBeLessThan(held.length);
  });
});

test('a listener that throws fails the run instead of the process', async () => {
  const onProgress = () => {
    throw new Error('no room');
  };
  await expect(run({ do: 'count', to: 1 }, { onProgress })).rejects.toThrow('the progress listener threw');
});

test('what a child compiled is kept for the next one, though each ends by SIGKILL', async () => {
  const cache = await mkdtemp(path.join(os.tmpdir(), 'mlops-compiled-'));
  vi.stubEnv('NODE_COMPILE_CACHE', cache);
  await run({ do: 'echo', value: 1 });
  expect((await readdir(cache, { recursive: true })).length).toBeGreaterThan(2);
  await rm(cache, { recursive: true });
});

test('none of the environment that may hold secrets reaches the child', async () => {
  vi.stubEnv('AUTH__ADMIN_KEY', 'secret');
  vi.stubEnv('DATABASE_URL', 'postgres://user:secret@host/db');
  vi.stubEnv('NODE_OPTIONS', '--no-warnings');
  const environment = await run<Record<string, string>>({ do: 'environment' });
  expect(JSON.stringify(environment)).not.toContain('secret');
  expect(environment).not.toHaveProperty('NODE_OPTIONS');
  expect(environment).toHaveProperty('PATH');
});

test("the parent's own flags are not inherited, so nothing is registered twice", async () => {
  const flags = await run<string[]>({ do: 'flags' }, { maxOldSpaceMb: 64 });
  expect(flags).toEqual(['--disable-warning=ExperimentalWarning', '--max-old-space-size=64']);
});

test("an AppError comes back as one, with the child's code and message", async () => {
  const error = await run({ do: 'refuse' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'bad_format', message: 'Line 3: no.' });
});

test('any other error of the handler is a failure that names it', async () => {
  const error = await failureOf(run({ do: 'throw', message: 'out of range' }));
  expect(error).toMatchObject({
    failure: 'failed',
    errorName: 'RangeError',
    message: 'RangeError: out of range',
  });
});

test("a failure points into the child's code and keeps only the start of a long message", async () => {
  const error = await failureOf(run({ do: 'throw', message: 'x'.repeat(100_000) }));
  expect(error.stack).toContain('behave.child.ts');
  expect(error.message.length).toBeLessThanOrEqual(500);
  expect(error.stack!.length).toBeLessThan(5000);
});

test('an exit without a result is a crash with the exit code and the last words', async () => {
  const error = await failureOf(run({ do: 'exit', code: 7 }));
  expect(error.failure).toBe('crashed');
  expect(error.message).toContain('exit code 7');
  expect(error.message).toContain('last words');
});

test('a crash in native code is told by its signal', async () => {
  const error = await failureOf(run({ do: 'die', signal: 'SIGSEGV' }));
  expect(error).toMatchObject({ failure: 'crashed', message: expect.stringContaining('SIGSEGV') });
});

test('a SIGKILL that we did not send is told apart from a crash', async () => {
  expect(await failureOf(run({ do: 'die', signal: 'SIGKILL' }))).toMatchObject({ failure: 'killed' });
});

test('signals that mean the service do not end its children, which a Ctrl-C does not even reach', async () => {
  await expect(run({ do: 'outlive', signals: ['SIGINT', 'SIGTERM'] })).resolves.toBe('alive');

  const controller = new AbortController();
  let group: string | undefined;
  const onProgress = (pid: number) => {
    group = spawnSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
    expect(group).toBe(String(pid));
    controller.abort();
  };
  await failureOf(run({ do: 'wait' }, { signal: controller.signal, onProgress }));
  expect(group).toBeDefined();
});

test('a heap over its limit is out of memory, and only the child ends', async () => {
  const error = await failureOf(run({ do: 'fill the heap' }, { maxOldSpaceMb: 32 }));
  expect(error.failure).toBe('out_of_memory');
});

test('a child that takes too long is killed', async () => {
  let pid = 0;
  const running = run(
    { do: 'wait' },
    {
      timeoutSeconds: 1,
      onProgress: (its) => {
        pid = its;
      },
    },
  );
  expect(await failureOf(running)).toMatchObject({ failure: 'timeout', message: 'no result after 1 s' });
  expect(isAlive(pid)).toBe(false);
});

test('an abort kills the child before the promise settles', async () => {
  const controller = new AbortController();
  let pid = 0;
  const running = run(
    { do: 'wait' },
    {
      signal: controller.signal,
      onProgress: (its) => {
        pid = its;
        controller.abort();
      },
    },
  );
  expect(await failureOf(running)).toMatchObject({ failure: 'aborted' });
  expect(pid).toBeGreaterThan(0);
  expect(isAlive(pid)).toBe(false);
});

test('an abort from before starts nothing', async () => {
  expect(await failureOf(run({ do: 'wait' }, { signal: AbortSignal.abort() }))).toMatchObject({
    failure: 'aborted',
  });
});

describe('the child yields the processor by the niceness asked for', () => {
  const LOWEST = 19;
  const ofWaiting = async <T>(look: (pid: number) => T): Promise<T | undefined> => {
    const controller = new AbortController();
    let seen: T | undefined;
    const onProgress = (pid: number) => {
      seen = look(pid);
      controller.abort();
    };
    await failureOf(run({ do: 'wait' }, { niceness: 7, signal: controller.signal, onProgress }));
    return seen;
  };

  test('to its parent, however nice that is', async () => {
    expect(await ofWaiting(os.getPriority)).toBe(Math.min(os.getPriority() + 7, LOWEST));
  });

  // Others may set it ten times a second in all.
  test.runIf(process.getuid?.() === 0 && existsSync('/proc/self/autogroup'))(
    'also where sessions share it, for it has one of its own',
    async () => {
      // A process that no session began, such as a container's first, has an empty file.
      const niceness = (pid: number | 'self') =>
        Number(readFileSync(`/proc/${pid}/autogroup`, 'utf8').split('nice ')[1] ?? 0);
      expect(await ofWaiting(niceness)).toBe(Math.min(niceness('self') + 7, LOWEST));
    },
  );
});

test('an entry that does not exist is a crash', async () => {
  const error = await failureOf(runChild(new URL('./children/missing.child.ts', import.meta.url), {}));
  expect(error.failure).toBe('crashed');
});

test('a child in an endless loop dies with its parent', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'child-'));
  try {
    const pidFile = path.join(directory, 'pid');
    const script = fileURLToPath(new URL('./children/parent.ts', import.meta.url));
    const parent = tied(spawn(process.execPath, [script, pidFile], { stdio: 'ignore', detached: true }));
    const pid = await eventually(
      async () => Number(await readFile(pidFile, 'utf8').catch(() => '')) || false,
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(async () => !isAlive(pid));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

describe('standard input and output', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'child-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function copy(stdin: AsyncIterable<Uint8Array>): Promise<{ bytes: number; written: Buffer }> {
    await using file = await open(path.join(folder, 'out'), 'w+');
    const bytes = await run<number>({ do: 'copy' }, { stdin, stdout: file.fd });
    return { bytes, written: await readFile(path.join(folder, 'out')) };
  }

  test('are a stream in and a file out', async () => {
    const pieces = Array.from({ length: 100 }, (_, i) => Buffer.alloc(50_000, i));
    const { bytes, written } = await copy(Readable.from(pieces));
    expect(bytes).toBe(5_000_000);
    expect(written.equals(Buffer.concat(pieces))).toBe(true);
  });

  test('that breaks off is an error, not the end of the input', async () => {
    async function* broken() {
      yield Buffer.from('half');
      throw new AppError('aborted', 'The upload was not finished.');
    }
    await expect(copy(broken())).rejects.toMatchObject({ name: 'AppError', code: 'aborted' });
  });

  test('that nobody reads to its end is let go', async () => {
    let left = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(10_000);
      } finally {
        left = true;
      }
    }
    await expect(run({ do: 'refuse' }, { stdin: endless() })).rejects.toMatchObject({ code: 'bad_format' });
    await eventually(async () => left);
  });
});
