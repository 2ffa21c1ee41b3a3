import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { inject } from 'vitest';
import { ROOT } from '../infra/monitoring-files.ts';
import { eventually } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { hasProgram } from '../support/programs.ts';
import { tied } from '../support/tied.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** What a page starts and leaves to itself. */
export interface Running {
  /** What it printed so far. */
  output(): string;
  /** Ctrl-C, and its end. */
  interrupt(): Promise<void>;
}

/** A checkout to follow a page in, with ports of its own. */
export interface Place extends AsyncDisposable {
  readonly prometheus: string;
  /** A text of a page as it is here: with this place's addresses. */
  here(text: string): string;
  open(): Terminal;
  /** @returns when it works: a service is ready, anything else has begun */
  start(commands: string): Promise<Running>;
}

/** What commands of the pages write to; all else stands where it is. */
const COPIED = ['docs', 'infra'];
/** Of a developer's own, or of no use. */
const LEFT_OUT = ['.git', '.env', '.cache', 'var', 'node_modules'];

const run = async (program: string, args: readonly string[], cwd: string) => {
  const [code] = (await once(spawn(program, args, { cwd, stdio: 'ignore' }), 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
};

/** As it is cloned, with its packages installed and a release behind it. */
async function makeCheckout(root: string): Promise<void> {
  for (const name of await readdir(ROOT)) {
    const source = new URL(name, ROOT).pathname;
    if (COPIED.includes(name)) await cp(source, join(root, name), { recursive: true });
    else if (!LEFT_OUT.includes(name)) await symlink(source, join(root, name));
  }
  await mkdir(join(root, 'node_modules'));
  for (const name of ['.bin', 'node'])
    await symlink(new URL(`node_modules/${name}`, ROOT).pathname, join(root, 'node_modules', name));
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], root);
  await git('init', '--quiet');
  await git('add', 'docs/registry');
  await git('commit', '--quiet', '--message', 'The first release');
  await git('tag', 'v1.0');
}

/** An npm that installs nothing, for everything is there. */
async function makePrograms(folder: string): Promise<string> {
  const npm = join(folder, 'npm');
  await writeFile(npm, `#!/bin/sh\n[ "$1" = ci ] || PATH=\${PATH#*:} exec npm "$@"\n`);
  await chmod(npm, 0o755);
  return [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * @param databaseUrl of a server that the pages call db.example.com
 * @param asCloned nothing is stored yet, and services have Prometheus and Alertmanager beside them; else a service was
 * stopped there, and they are alone, which starts sooner
 */
export async function openPlace(databaseUrl: string, asCloned: boolean): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'mlops-docs-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const [root, bin] = [join(folder, 'clone'), join(folder, 'bin')];
  await mkdir(root);
  await mkdir(bin);
  await makeCheckout(root);
  if (!asCloned) await run('cp', ['-a', inject('usedRoot'), join(root, 'var')], root);

  const [service, worker, prometheus, alertmanager] = await Promise.all(Array.from({ length: 4 }, freePort));
  const addresses: readonly (readonly [string, string])[] = [
    ['127.0.0.1:8000', `127.0.0.1:${service}`],
    ['127.0.0.1:8001', `127.0.0.1:${worker}`],
    ['PORT=8001', `PORT=${worker}`],
    ['127.0.0.1:9090', `127.0.0.1:${prometheus}`],
    ['127.0.0.1:9093', `127.0.0.1:${alertmanager}`],
    ['postgres://mlops:secret@db.example.com:5432/mlops', databaseUrl],
  ];
  const here = (text: string) => addresses.reduce((said, [there, own]) => said.replaceAll(there, own), text);
  const { HOME, NODE_COMPILE_CACHE } = process.env;
  const env = {
    PATH: await makePrograms(bin),
    HOME,
    NODE_COMPILE_CACHE,
    PORT: String(service),
    PROMETHEUS_PORT: String(prometheus),
    ALERTMANAGER_PORT: String(alertmanager),
    NATIVE_MONITORING: String(asCloned),
    MLOPS_URL: `http://127.0.0.1:${service}`,
  };

  const owned = stack.move();
  const start = async (commands: string): Promise<Running> => {
    const own = here(commands);
    const child = tied(
      spawn('bash', ['-c', own], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true }),
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const ended = once(child, 'close').then(() => true);
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    const works = async (look: () => Promise<boolean>) => {
      const over = await eventually(async () => (isOver ? 'over' : (await look()) && 'works'));
      if (over === 'over') throw new Error(`${commands.trim()} ended by itself:\n${output}`);
    };
    const port = /\bPORT=(\d+)/.exec(own)?.[1] ?? service;
    if (own.includes('./run.sh')) await works(() => answers(`http://127.0.0.1:${port}/api/ready`));
    else await works(async () => output !== '');
    if (asCloned && own.includes('./run.sh') && hasProgram('prometheus'))
      await works(() => answers(`http://127.0.0.1:${prometheus}/-/ready`));
    const interrupt = async () => {
      if (!isOver) process.kill(-(child.pid as number), 'SIGINT');
      await ended;
    };
    owned.defer(interrupt);
    return { output: () => output, interrupt };
  };
  return {
    prometheus: `http://127.0.0.1:${prometheus}`,
    here,
    open: () => openTerminal(root, env),
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
