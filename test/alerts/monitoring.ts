import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AlertReceiver, startReceiver } from '../infra/alert-receiver.ts';
import { ROOT } from '../infra/monitoring-files.ts';
import { temporaryFolder } from '../infra/temporary-folder.ts';
import { eventually } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { tied } from '../support/tied.ts';
import {
  COMPRESSED_FLAGS,
  compressedAlertmanager,
  compressedPrometheus,
  compressedRules,
} from './compression.ts';
import { writeHistory } from './history.ts';

const ALERTMANAGER = fileURLToPath(new URL('infra/monitoring/alertmanager/', ROOT));

interface Program extends AsyncDisposable {
  /** As after a crash: without a word. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A program that can be ended and started again. */
function program(name: string, args: readonly string[], ready: string): Program {
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    await once(running, 'close');
  };
  return {
    kill: () => end('SIGKILL'),
    async start() {
      child = tied(spawn(name, args, { stdio: 'ignore', detached: true }));
      await eventually(async () => (await fetch(ready).catch(() => undefined))?.ok);
    },
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

export interface Monitoring extends AsyncDisposable {
  readonly origin: string;
  readonly receiver: AlertReceiver;
  readonly prometheus: Program;
  readonly alertmanager: Program;
  /** What fires in Prometheus itself, whether anybody is told of it or not. */
  firing(): Promise<readonly string[]>;
  value(expr: string): Promise<number | undefined>;
  /** The addresses that are scraped now. */
  targets(): Promise<readonly string[]>;
  /** Puts one more file among the rules; undefined takes it away. Prometheus is told to read them again. */
  changeRules(file: string, content: string | undefined): Promise<void>;
}

interface MonitoringOptions {
  readonly discovery: (job: string) => string;
  readonly history: { readonly busy: number; readonly quiet: number };
  readonly requestsPerSecond: number;
}

/** Prometheus and Alertmanager with the committed configuration on the compressed clock. */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('mlops-alerts-'));
  const receiver = stack.use(await startReceiver());
  const addresses = {
    alertmanager: `127.0.0.1:${await freePort()}`,
    prometheus: `127.0.0.1:${await freePort()}`,
    discovery: options.discovery,
  };
  const rules = join(folder, 'rules');
  const data = join(folder, 'data');
  await mkdir(rules);
  await mkdir(data);
  for (const [file, content] of compressedRules()) await writeFile(join(rules, file), content);
  await writeFile(join(folder, 'prometheus.yml'), compressedPrometheus(addresses));
  const { stdout } = await promisify(execFile)(
    'sh',
    [join(ALERTMANAGER, 'render-config.sh'), join(ALERTMANAGER, 'alertmanager.yml')],
    {
      env: {
        PATH: process.env['PATH'],
        ALERT_WEBHOOK_URL: `${receiver.url}/people`,
        ALERT_HEARTBEAT_URL: `${receiver.url}/heartbeat`,
      },
    },
  );
  await writeFile(join(folder, 'alertmanager.yml'), compressedAlertmanager(stdout));
  await writeHistory(data, options.history, options.requestsPerSecond);

  const origin = `http://${addresses.prometheus}`;
  const alertmanager = stack.use(
    program(
      'prometheus-alertmanager',
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'alertmanager')}`,
        '--cluster.listen-address=',
        `--web.listen-address=${addresses.alertmanager}`,
      ],
      `http://${addresses.alertmanager}/-/ready`,
    ),
  );
  const prometheus = stack.use(
    program(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=${addresses.prometheus}`,
        '--web.enable-lifecycle',
        ...COMPRESSED_FLAGS,
      ],
      `${origin}/-/ready`,
    ),
  );
  await alertmanager.start();
  await prometheus.start();

  const ask = async <T>(path: string): Promise<T> =>
    ((await (await fetch(`${origin}/api/v1/${path}`)).json()) as { data: T }).data;
  const owned = stack.move();
  return {
    origin,
    receiver,
    prometheus,
    alertmanager,
    async firing() {
      const { alerts } = await ask<{ alerts: { state: string; labels: Record<string, string> }[] }>('alerts');
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['alertname'] ?? '');
    },
    async value(expr) {
      const { result } = await ask<{ result: { value: [number, string] }[] }>(
        `query?query=${encodeURIComponent(expr)}`,
      );
      return result[0] && Number(result[0].value[1]);
    },
    async targets() {
      const { activeTargets } = await ask<{ activeTargets: { labels: { instance: string } }[] }>(
        'targets?state=active',
      );
      return activeTargets.map(({ labels }) => labels.instance);
    },
    async changeRules(file, content) {
      if (content === undefined) await rm(join(rules, file), { force: true });
      else await writeFile(join(rules, file), content);
      await fetch(`${origin}/-/reload`, { method: 'POST' });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
