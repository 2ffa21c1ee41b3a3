import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { eventually } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { startAlertmanager } from './alertmanager.ts';
import { daemon } from './daemon.ts';
import { ROOT, readYaml } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const RULES = fileURLToPath(new URL('infra/monitoring/prometheus/rules', ROOT));

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
  /** Of native histograms. */
  readonly histograms?: readonly (readonly [number, { readonly count: string }])[];
}

export interface MonitoringStack extends AsyncDisposable {
  /** The value of each series now, by its labels as JSON. */
  instant(expr: string): Promise<readonly { metric: Readonly<Record<string, string>>; value: number }[]>;
  /** @param from seconds since 1970; every `step` seconds from there to now */
  range(expr: string, from: number, step: number): Promise<readonly Series[]>;
  /** Waits until the service has been scraped after this moment. */
  scraped(afterMilliseconds: number): Promise<void>;
  readonly prometheus: string;
}

/**
 * The committed configuration, with a faster clock: the service is scraped and the rules are evaluated every second,
 * and Alertmanager collects alerts for a second instead of half a minute or five. Conditions and durations of the alerts
 * stay as they are.
 * @param features of Prometheus besides those of the stack
 */
export async function startMonitoring(
  target: string,
  webhook: string,
  ...features: readonly string[]
): Promise<MonitoringStack> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('mlops-monitoring-'));
  const alertmanager = stack.use(
    await startAlertmanager({
      tells: { ALERT_WEBHOOK_URL: webhook, ALERT_HEARTBEAT_URL: `${webhook}/heartbeat` },
      change: (config) => config.replaceAll(/group_(wait|interval): \S+/g, 'group_$1: 1s'),
    }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const origin = `http://${address}`;

  const config = readYaml('infra/monitoring/prometheus/prometheus.yml') as {
    global: object;
    alerting: object;
    scrape_configs: { job_name: string; metric_relabel_configs?: object[] }[];
  };
  const addresses: Record<string, string> = {
    backend: target,
    prometheus: address,
    alertmanager: new URL(alertmanager.url).host,
  };
  const here = {
    ...config,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [addresses['alertmanager']] }] }] },
    scrape_configs: config.scrape_configs
      .filter(({ job_name }) => job_name in addresses)
      .map(({ job_name, metric_relabel_configs }) => ({
        job_name,
        metric_relabel_configs,
        static_configs: [{ targets: [addresses[job_name]] }],
      })),
  };
  await writeFile(join(folder, 'prometheus.yml'), stringify(here));
  await cp(RULES, join(folder, 'rules'), { recursive: true });
  for (const file of await readdir(join(folder, 'rules'))) {
    const rules = await readFile(join(folder, 'rules', file), 'utf8');
    await writeFile(join(folder, 'rules', file), rules.replaceAll('interval: 2m', 'interval: 1s'));
  }

  const prometheus = stack.use(
    daemon(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--enable-feature=${['exemplar-storage', ...features].join(',')}`,
        `--web.listen-address=${address}`,
      ],
      `${origin}/-/ready`,
    ),
  );
  await prometheus.start();

  async function query<T>(path: string, parameters: Record<string, string>): Promise<T[]> {
    const response = await fetch(`${origin}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    });
    const answer = (await response.json()) as { status: string; error?: string; data: { result: T[] } };
    if (answer.status !== 'success') throw new Error(`${parameters['query']}: ${answer.error}`);
    return answer.data.result;
  }
  const instant = async (expr: string) =>
    (await query<{ metric: Record<string, string>; value: [number, string] }>('query', { query: expr })).map(
      ({ metric, value }) => ({ metric, value: Number(value[1]) }),
    );
  const scraped = async (after: number) => {
    await eventually(async () => {
      const [last] = await instant('timestamp(up{job="backend"}) and up{job="backend"} == 1').catch(() => []);
      return last !== undefined && last.value * 1000 > after;
    });
  };
  await scraped(Date.now());

  const owned = stack.move();
  return {
    prometheus: origin,
    instant,
    scraped,
    range: (expr, from, step) =>
      query<Series>('query_range', {
        query: expr,
        start: String(from),
        end: String(Date.now() / 1000),
        step: String(step),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
