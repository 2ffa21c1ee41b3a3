import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readYaml } from '../infra/monitoring-files.ts';
import { eventually } from './client.ts';
import { freePort } from './free-port.ts';
import { tied } from './tied.ts';

export interface Prometheus extends AsyncDisposable {
  readonly origin: string;
  /** The answer to `/api/v1/…`. */
  api<Data>(path: string, parameters?: Record<string, string>): Promise<{ data: Data }>;
  /** The value of the first series now; undefined when there is none. */
  query(expression: string): Promise<number | undefined>;
}

interface PrometheusOptions {
  readonly flags?: readonly string[];
  /** Paths of rule files, evaluated each second. */
  readonly rules?: readonly string[];
  /** Where its data stay when it is gone. */
  readonly data?: string;
}

/**
 * A Prometheus that is ready, and scrapes one service each second, by the committed job.
 * @param target none: nobody is scraped
 * @param features as in `--enable-feature`
 */
export async function startPrometheus(
  target: string | undefined,
  features: readonly string[] = [],
  { flags = [], rules = [], data }: PrometheusOptions = {},
): Promise<Prometheus> {
  const committed = readYaml('infra/monitoring/prometheus/prometheus.yml') as {
    scrape_configs: { job_name: string; dns_sd_configs?: unknown }[];
  };
  const { dns_sd_configs: _, ...job } = committed.scrape_configs.find(
    ({ job_name }) => job_name === 'backend',
  )!;
  const folder = await mkdtemp(join(tmpdir(), 'mlops-prometheus-'));
  const port = await freePort();
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    scrape_configs: target === undefined ? [] : [{ ...job, static_configs: [{ targets: [target] }] }],
  };
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
  const process = tied(
    spawn(
      'prometheus',
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${data ?? join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...flags,
        ...(features.length > 0 ? [`--enable-feature=${features.join(',')}`] : []),
      ],
      { stdio: 'ignore', detached: true },
    ),
  );
  const origin = `http://127.0.0.1:${port}`;
  const api = async <Data>(path: string, parameters: Record<string, string> = {}) => {
    const response = await fetch(`${origin}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    return (await response.json()) as { data: Data };
  };
  await eventually(async () => (await fetch(`${origin}/-/ready`).catch(() => undefined))?.ok);
  return {
    origin,
    api,
    async query(expression) {
      const { data } = await api<{ result: { value: [number, string] }[] }>('query', { query: expression });
      const [first] = data.result;
      return first && Number(first.value[1]);
    },
    async [Symbol.asyncDispose]() {
      process.kill('SIGTERM');
      await once(process, 'close');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
