import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv, promisify } from 'node:util';
import { ROOT } from '../infra/monitoring-files.ts';
import { type Client, client } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { tied } from '../support/tied.ts';
import type { Engine } from './engine.ts';

const run = promisify(execFile);
const PROJECT = fileURLToPath(ROOT);

/** A name of its own, so that on an engine of yours it is not your stack that comes and goes. */
const NAME = 'mlops-backend-test';

export interface Health {
  readonly Status: string;
  readonly FailingStreak: number;
}

export interface Stack extends AsyncDisposable {
  /** The checkout that it runs from. */
  readonly root: string;
  readonly origin: string;
  readonly network: string;
  /** What a command of run.sh prints, of that checkout or of another; throws it unless the command succeeds. */
  runSh(
    args: readonly string[],
    settings?: Readonly<Record<string, string>>,
    checkout?: string,
  ): Promise<string>;
  /** What compose would start with these settings and every profile; throws what it complains of. */
  config(settings: Readonly<Record<string, string>>): Promise<string>;
  docker(...args: readonly string[]): Promise<string>;
  /** The running containers of a service, or of all. */
  containers(service?: string): Promise<readonly string[]>;
  /** The services that have a container, sorted. */
  services(): Promise<readonly string[]>;
  health(container: string): Promise<Health>;
  setting(name: string): Promise<string>;
  /** The API as somebody who has the key. */
  api(): Promise<Client>;
  /** The values of a query to the stack's Prometheus. */
  query(promql: string): Promise<readonly number[]>;
}

/** A checkout as `git clone` makes it under a umask of 077, with what is not committed yet, in a path with a space. */
async function cloneForOneself(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mlops stack-'));
  const files = 'git ls-files -z --cached --others --exclude-standard';
  const copy = 'tar --create --null --files-from=- | tar --extract --no-same-permissions --directory "$1"';
  await run('bash', ['-c', `umask 077; set -o pipefail; ${files} | ${copy}`, 'bash', folder], {
    cwd: PROJECT,
  });
  return folder;
}

export async function createStack(engine: Engine): Promise<Stack> {
  const root = await cloneForOneself();
  const ports = {
    PORT: String(await freePort()),
    GRAFANA_PORT: String(await freePort()),
    PROMETHEUS_PORT: String(await freePort()),
    ALERTMANAGER_PORT: String(await freePort()),
    POSTGRES_PORT: String(await freePort()),
  };
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, COMPOSE_PROJECT_NAME: NAME, ...engine.env, ...ports };
  const origin = `http://127.0.0.1:${ports.PORT}`;

  const docker = async (...args: readonly string[]) => {
    const { stdout } = await run('docker', args, { env, maxBuffer: 64 << 20 });
    return stdout.trim();
  };
  const lines = async (...args: readonly string[]) =>
    (await docker(...args)).split('\n').filter((line) => line !== '');
  const labelled = (label: string) => ['--filter', `label=com.docker.compose.${label}`];

  const runSh: Stack['runSh'] = async (args, settings = {}, checkout = root) => {
    const child = tied(
      spawn(join(checkout, 'run.sh'), args, {
        detached: true,
        env: { ...env, ...settings },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`run.sh ${args.join(' ')} ended with ${code}:\n${output.slice(-5000)}`);
    return output;
  };
  const setting = async (name: string) => parseEnv(await readFile(join(root, '.env'), 'utf8'))[name] ?? '';

  return {
    root,
    origin,
    network: `${NAME}_default`,
    runSh,
    docker,
    config: async (settings) => {
      const args = ['compose', '--profile', '*', 'config'];
      const { stdout, stderr } = await run('docker', args, { cwd: root, env: { ...env, ...settings } });
      if (stderr !== '') throw new Error(stderr);
      return stdout;
    },
    setting,
    containers: (service) =>
      lines(
        'ps',
        '--quiet',
        '--no-trunc',
        ...labelled(`project=${NAME}`),
        ...(service ? labelled(`service=${service}`) : []),
      ),
    services: async () => {
      const format = '{{.Label "com.docker.compose.service"}}';
      const names = await lines('ps', '--all', '--format', format, ...labelled(`project=${NAME}`));
      return [...new Set(names)].sort();
    },
    health: async (container) =>
      JSON.parse(await docker('inspect', '--format', '{{json .State.Health}}', container)) as Health,
    api: async () => client(origin, await setting('AUTH__ADMIN_KEY')),
    query: async (promql) => {
      const address = `http://127.0.0.1:${ports.PROMETHEUS_PORT}/api/v1/query?query=${encodeURIComponent(promql)}`;
      const { data } = (await (await fetch(address)).json()) as {
        data: { result: { value: [number, string] }[] };
      };
      return data.result.map(({ value }) => Number(value[1]));
    },
    async [Symbol.asyncDispose]() {
      await runSh(['down', '--volumes', '--remove-orphans', '--rmi', 'local']);
      await rm(root, { recursive: true, force: true });
    },
  };
}
