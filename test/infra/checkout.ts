import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tied } from '../support/tied.ts';
import { ROOT } from './monitoring-files.ts';

export interface Running {
  readonly process: ChildProcess;
  /** Standard output and error so far, as they came. */
  output(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

const TOOLS = [
  'bash',
  'sh',
  'dirname',
  'basename',
  'cat',
  'sleep',
  'sed',
  'mkdir',
  'tail',
  'chmod',
  'setsid',
  'mktemp',
  'mkfifo',
  'rm',
  'find',
  'cksum',
];

// Answers every request, and tells by its exit code which signal ended it.
const STAND_IN = `
  import { createServer } from 'node:http';
  import { announce } from './announce.ts';
  const server = createServer((_, answer) => answer.end('stand_in 1\\n'));
  server.listen(Number(process.env.PORT), '127.0.0.1', () => {
    announce(server.address(), { role: 'all', metrics: { enabled: true, path: '/metrics' } });
    console.log('listening');
    console.log('knows an Alertmanager at ' + process.env.ALERTMANAGER_URL);
  });
  process.once('SIGTERM', () => process.exit(7));
`;

const project = (path: string) => fileURLToPath(new URL(path, ROOT));

function locate(program: string): string {
  const folder = (process.env['PATH'] ?? '').split(delimiter).find((path) => existsSync(join(path, program)));
  if (folder === undefined) throw new Error(`${program} is not in the PATH`);
  return join(folder, program);
}

/**
 * A checkout, in a path with a space, that holds run.sh, the monitoring, and a stand-in for the service; and a PATH
 * with nothing but everyday tools, Node, and an npm that only notes that it was called.
 */
export async function createCheckout(folder: string) {
  const root = join(folder, 'a checkout');
  const bin = join(folder, 'bin');
  for (const path of ['scripts', 'infra', 'src/telemetry'])
    await mkdir(join(root, path), { recursive: true });
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  for (const path of ['run.sh', 'scripts/native-monitoring.sh', '.env.example', 'src/announce.ts'])
    await copyFile(project(path), join(root, path));
  await symlink(project('infra/monitoring'), join(root, 'infra/monitoring'));
  await writeFile(join(root, 'package-lock.json'), '{}');
  await writeFile(join(root, 'src/telemetry/register.ts'), '');
  await writeFile(join(root, 'src/main.ts'), STAND_IN);

  await mkdir(bin);
  const link = (name: string, path = locate(name)) => symlink(path, join(bin, name));
  for (const tool of TOOLS) await link(tool);
  await link('node', process.execPath);
  const remove = (name: string) => rm(join(bin, name), { force: true });
  /** Puts a program of the test's own into the PATH, in place of one that is there. */
  const program = async (name: string, script: string) => {
    await remove(name);
    await writeFile(join(bin, name), `#!/bin/bash\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await program('npm', `echo "npm $*" >> '${folder}/calls'; mkdir -p node_modules`);

  const env = { PATH: bin, HOME: folder, NATIVE_MONITORING: 'false', NODE_OPTIONS: '--no-warnings' };
  return {
    root,
    link,
    program,
    remove,
    installations: async () =>
      (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).split('\n').length - 1,
    /** run.sh, called from another folder. */
    run(args: readonly string[], settings: Record<string, string> = {}): Running {
      const child = tied(
        spawn(join(root, 'run.sh'), args, {
          detached: true,
          cwd: '/',
          env: { ...env, ...settings },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
      return { process: child, output: () => output, ended };
    },
  };
}
