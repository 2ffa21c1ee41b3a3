import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../support/client.ts';
import { tied } from '../support/tied.ts';
import { imagesByTarget } from './stack-files.ts';

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Where stand-ins and build caches stay from one run to the next. */
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mlops-backend-stack');

export interface Engine extends AsyncDisposable {
  /** For every program that is to use it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Why there can be no stack here; undefined where there can. */
export async function whyNoEngine(): Promise<string | undefined> {
  const [file, args] = process.env['DOCKER_HOST']
    ? ['docker', ['compose', 'ls']]
    : [script('engine.sh'), ['try']];
  try {
    await run(file, args);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return stderr?.trim() || message;
  }
}

/** The engine that DOCKER_HOST names, with real images; else one that ends with the tests, with stand-ins for them. */
export async function startEngine(): Promise<Engine> {
  const { DOCKER_HOST } = process.env;
  if (DOCKER_HOST) return { env: { DOCKER_HOST }, [Symbol.asyncDispose]: async () => {} };
  await using stack = new AsyncDisposableStack();
  const work = await mkdtemp(join(tmpdir(), 'mlops-engine-'));
  stack.defer(() => rm(work, { recursive: true, force: true }));
  await mkdir(CACHE, { recursive: true });
  await using log = await open(join(CACHE, 'engine.log'), 'w');
  const socket = join(work, 'socket');
  // It ends in peace when the pipe closes, as it also does when this process is killed.
  const engine = spawn(script('engine.sh'), ['serve', CACHE, socket], {
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
  });
  const ended = once(engine, 'exit');
  stack.defer(async () => {
    engine.stdin?.end();
    await ended;
  });
  const env = { DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: join(CACHE, 'docker') };
  await eventually(async () => {
    if (engine.exitCode !== null) throw new Error(`the engine ended; its log is ${CACHE}/engine.log`);
    return run('docker', ['version'], { env: { ...process.env, ...env } }).catch(() => undefined);
  });
  const owned = stack.move();
  return { env, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Makes the images that the stack names, unless a run before this one left them; those of DOCKER_HOST are real. */
export async function provideImages(engine: Engine): Promise<void> {
  if (process.env['DOCKER_HOST']) return;
  const env = { ...process.env, ...engine.env };
  // What a run that was killed left behind.
  const { stdout } = await run('docker', ['ps', '--all', '--quiet'], { env });
  const left = stdout.split('\n').filter((id) => id !== '');
  if (left.length > 0) await run('docker', ['rm', '--force', '--volumes', ...left], { env });
  await run('docker', ['system', 'prune', '--force', '--volumes'], { env });
  const pairs = Object.entries(imagesByTarget()).map(([target, image]) => `${target}=${image}`);
  await using log = await open(join(CACHE, 'images.log'), 'w');
  const making = tied(
    spawn(script('images.sh'), [CACHE, ...pairs], { env, detached: true, stdio: ['ignore', log.fd, log.fd] }),
  );
  const [code] = (await once(making, 'exit')) as [number | null];
  if (code !== 0)
    throw new Error(`the stand-ins could not be made (${code}); the log is ${CACHE}/images.log`);
}
