import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AlertReceiver, startReceiver } from '../infra/alert-receiver.ts';
import { startAlertmanager } from '../infra/alertmanager.ts';
import { type Daemon, daemon } from '../infra/daemon.ts';
import { temporaryFolder } from '../infra/temporary-folder.ts';
import { freePort } from '../support/free-port.ts';
import {
  COMPRESSED_FLAGS,
  compressedAlertmanager,
  compressedPrometheus,
  compressedRules,
} from './compression.ts';
import { writeHistory } from './history.ts';

export interface Monitoring extends AsyncDisposable {
  readonly origin: string;
  readonly receiver: AlertReceiver;
  readonly prometheus: Daemon;
  readonly alertmanager: Daemon;
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
  const alertmanager = stack.use(
    await startAlertmanager({
      tells: {
        ALERT_WEBHOOK_URL: `${receiver.url}/people`,
        ALERT_HEARTBEAT_URL: `${receiver.url}/heartbeat`,
      },
      change: compressedAlertmanager,
    }),
  );
  const addresses = {
    alertmanager: new URL(alertmanager.url).host,
    prometheus: `127.0.0.1:${await freePort()}`,
    discovery: options.discovery,
  };
  const rules = join(folder, 'rules');
  const data = join(folder, 'data');
  await mkdir(rules);
  await mkdir(data);
  for (const [file, content] of compressedRules()) await writeFile(join(rules, file), content);
  await writeFile(join(folder, 'prometheus.yml'), compressedPrometheus(addresses));
  await writeHistory(data, options.history, options.requestsPerSecond);

  const origin = `http://${addresses.prometheus}`;
  const prometheus = stack.use(
    daemon(
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
