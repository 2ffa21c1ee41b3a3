import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv, promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { hasProgram } from '../support/programs.ts';
import { innerPorts, service, services } from './compose-file.ts';
import { dataSourceFiles, dataSources } from './data-sources.ts';
import { ROOT, readText, readYaml } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const RETENTION = `\${TRACING_RETENTION_TIME}`;

const tempo = readYaml('infra/monitoring/tempo/tempo.yaml') as {
  server: { http_listen_port: number };
  distributor: { receivers: { otlp: { protocols: { http: { endpoint: string } } } } };
  storage: { trace: { backend: string; wal: { path: string }; local: { path: string } } };
  metrics_generator: {
    processor: { span_metrics: { dimensions: string[] } };
    storage: { path: string; remote_write: { url: string; send_exemplars: boolean }[] };
  };
  overrides: {
    defaults: {
      compaction: { block_retention: string };
      metrics_generator: Record<string, unknown> & { trace_id_label_name: string };
    };
  };
  usage_report: { reporting_enabled: boolean };
};

const loki = readYaml('infra/monitoring/loki/loki.yaml') as {
  server: { http_listen_port: number };
  common: { path_prefix: string; storage: { filesystem: Record<string, string> } };
  schema_config: { configs: { schema: string; store: string; index: { period: string } }[] };
  compactor: { retention_enabled: boolean; delete_request_store: string };
  limits_config: {
    retention_period: string;
    otlp_config: {
      resource_attributes: {
        ignore_defaults: boolean;
        attributes_config: { action: string; attributes: string[] }[];
      };
    };
  };
  analytics: { reporting_enabled: boolean };
};

/** As Prometheus and Loki write an attribute's name. */
const label = (attribute: string) => attribute.replaceAll('.', '_');

describe('Tempo and Loki', () => {
  test('start by the profile "tracing" alone, which is off by default', () => {
    const names = services.filter(([, { profiles }]) => profiles?.includes('tracing')).map(([name]) => name);
    expect(names).toEqual(['tempo', 'loki']);
    for (const name of names) expect(service(name).profiles).toEqual(['tracing']);
    expect(parseEnv(readText('.env.example'))['COMPOSE_PROFILES']).toBe('monitoring');
  });

  test.each([
    ['tempo', '/tempo', tempo.server.http_listen_port],
    ['loki', '/usr/bin/loki', loki.server.http_listen_port],
  ])('%s asks itself whether it is well, at the port of its configuration', (name, program, port) => {
    // Their images have no other program.
    const url = `http://127.0.0.1:${port}/ready`;
    expect(service(name).healthcheck?.test).toEqual(['CMD', program, '-health', `-health.url=${url}`]);
    expect(innerPorts(name)).toContain(port);
  });

  test('read the configuration that is mounted, with the settings filled in', () => {
    for (const name of ['tempo', 'loki']) {
      expect(service(name).volumes).toContain(`./infra/monitoring/${name}:/etc/${name}:ro`);
      expect(service(name).command).toEqual([
        `-config.file=/etc/${name}/${name}.yaml`,
        '-config.expand-env=true',
      ]);
      // The programs expand comments too.
      const asked = [...readText(`infra/monitoring/${name}/${name}.yaml`).matchAll(/\$(.*)/g)];
      expect(asked.map(([, text]) => text)).toEqual(['{TRACING_RETENTION_TIME}']);
      expect(service(name).environment).toHaveProperty('TRACING_RETENTION_TIME');
    }
  });

  test('keep what they have in a volume, for as long as is set, and report nothing to anybody', () => {
    const { trace } = tempo.storage;
    for (const path of [trace.wal.path, trace.local.path, tempo.metrics_generator.storage.path])
      expect(path).toMatch(/^\/var\/tempo\//);
    expect(service('tempo').volumes).toContain('tempo:/var/tempo');
    for (const path of [loki.common.path_prefix, ...Object.values(loki.common.storage.filesystem)])
      expect(path).toMatch(/^\/loki(\/|$)/);
    expect(service('loki').volumes).toContain('loki:/loki');

    expect(tempo.overrides.defaults.compaction.block_retention).toBe(RETENTION);
    expect(loki.limits_config.retention_period).toBe(RETENTION);
    // Without these Loki keeps everything for ever, or does not start.
    expect(loki.compactor).toEqual({ retention_enabled: true, delete_request_store: 'filesystem' });
    expect(loki.schema_config.configs.map(({ index }) => index.period)).toEqual(['24h']);

    expect([tempo.usage_report, loki.analytics]).toEqual(Array(2).fill({ reporting_enabled: false }));
  });

  test('leave room, below the limit of their memory, for the program that asks how they are', () => {
    for (const name of ['tempo', 'loki']) {
      const [limit, used] = [service(name).mem_limit, service(name).environment?.['GOMEMLIMIT']];
      const gib = Number(/^(\d+)g$/.exec(limit ?? '')?.[1]);
      const mib = Number(/^(\d+)MiB$/.exec(used ?? '')?.[1]);
      expect(mib / 1024).toBeLessThanOrEqual(0.8 * gib);
    }
  });

  test('Loki makes streams of service and role alone', () => {
    expect(loki.limits_config.otlp_config).toEqual({
      resource_attributes: {
        ignore_defaults: true,
        attributes_config: [{ action: 'index_label', attributes: ['service.name', 'mlops.role'] }],
      },
    });
  });

  test('Tempo writes what spans tell to Prometheus, with exemplars and both kinds of histograms', () => {
    expect(tempo.metrics_generator.storage.remote_write).toEqual([
      { url: 'http://prometheus:9090/api/v1/write', send_exemplars: true },
    ]);
    expect(tempo.overrides.defaults.metrics_generator).toMatchObject({
      processors: ['service-graphs', 'span-metrics'],
      generate_native_histograms: 'both',
    });
    expect(service('tempo').depends_on).toHaveProperty('prometheus');
    expect(service('prometheus').command).toContain('--enable-feature=exemplar-storage');
  });

  test('are sent to, by ./run.sh, where they listen', () => {
    const sent = [...readText('run.sh').matchAll(/default_to (OTEL_\w+) (\S+)/g)].map(([, name, url]) => [
      name,
      url,
    ]);
    expect(sent).toEqual([
      ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://tempo:4318/v1/traces'],
      ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', 'http://loki:3100/otlp/v1/logs'],
    ]);
    expect(tempo.distributor.receivers.otlp.protocols).toEqual({ http: { endpoint: '0.0.0.0:4318' } });
    expect(innerPorts('tempo')).toContain(4318);
    expect(loki.server.http_listen_port).toBe(3100);
    const handedOn = readText('infra/opentelemetry.env').split('\n');
    for (const [name] of sent) expect(handedOn).toContain(name);
  });
});

describe('the profile decides', () => {
  const project = (path: string) => fileURLToPath(new URL(path, ROOT));

  /** Runs the entry point of a service, with the repository's files and a folder in place of the container's. */
  async function start(name: string, folder: string, profiles: string): Promise<string> {
    const script = (service(name).entrypoint?.[2] ?? '')
      .replaceAll('$$', '$')
      .replaceAll('/tmp/', `${folder}/`)
      .replaceAll('/etc/prometheus', project('infra/monitoring/prometheus'))
      .replaceAll('/etc/grafana', project('infra/monitoring/grafana'))
      .replace(/exec \S+/, 'exec echo');
    const env = { PATH: process.env['PATH'], COMPOSE_PROFILES: profiles };
    return (await run('sh', ['-ec', script, name, '--given'], { env })).stdout.trim();
  }

  const PROFILES = [
    ['with it', 'monitoring,tracing,postgres', true],
    ['without it', 'monitoring,postgres', false],
    ['with another of a similar name', 'monitoring,tracing-2', false],
  ] as const;

  test.each(PROFILES)('whether Prometheus lets others write to it: %s', async (_, profiles, on) => {
    await using folder = await temporaryFolder();
    const options = ['--given', ...(on ? ['--web.enable-remote-write-receiver'] : [])];
    expect(await start('prometheus', folder.path, profiles)).toBe(options.join(' '));
  });

  test.each(PROFILES)('whether Grafana knows Tempo and Loki: %s', async (_, profiles, on) => {
    await using folder = await temporaryFolder();
    expect(await start('grafana', folder.path, profiles)).toBe('--given');
    expect(await readdir(join(folder.path, 'provisioning/datasources'))).toEqual(
      on ? ['datasources.yaml', 'tracing.yaml'] : ['datasources.yaml'],
    );
    expect(service('grafana').environment?.['GF_PATHS_PROVISIONING']).toBe('/tmp/provisioning');
  });

  test.each(PROFILES)('whether the board of a run asks Tempo and Loki: %s', async (_, profiles, on) => {
    await using folder = await temporaryFolder();
    await start('grafana', folder.path, profiles);
    const linked = await readlink(join(folder.path, 'run-dashboard'));
    const [mounted = ''] =
      service('grafana').volumes?.filter((volume) => volume.includes('/dashboards:')) ?? [];
    const [ours = '', theirs = ''] = mounted.split(':');
    const board = readText(`${linked.replace(theirs, ours)}/mlops-backend-run.json`);
    expect(board.includes('"tempo"')).toBe(on);
    const { providers } = readYaml('infra/monitoring/grafana/provisioning/dashboards/dashboards.yaml') as {
      providers: { options: { path: string } }[];
    };
    expect(providers.map(({ options }) => options.path)).toEqual([`${theirs}/mlops`, '/tmp/run-dashboard']);
  });

  test('by what compose was told', () => {
    for (const name of ['prometheus', 'grafana'])
      expect(service(name).environment?.['COMPOSE_PROFILES']).toBe(`\${COMPOSE_PROFILES:-}`);
  });

  test('and the data sources that would lead nowhere without it stand in a file of their own, and are pruned', () => {
    const hosts = ({ datasources }: (typeof dataSourceFiles)[string]) =>
      datasources.map(({ url }) => new URL(url).hostname);
    expect(Object.keys(dataSourceFiles)).toEqual(['datasources.yaml', 'tracing.yaml']);
    for (const file of Object.values(dataSourceFiles)) expect(file.prune).toBe(true);
    const profiled = (name: string) => service(name).profiles?.includes('tracing') ?? false;
    expect(hosts(dataSourceFiles['tracing.yaml']!).every(profiled)).toBe(true);
    expect(hosts(dataSourceFiles['datasources.yaml']!).some(profiled)).toBe(false);
  });
});

describe('Grafana leads', () => {
  const uids = dataSources.map(({ uid }) => uid);
  const source = (uid: string) => dataSources.find((one) => one.uid === uid)?.jsonData ?? {};
  /** `datasourceUid`s at any depth. */
  const references = (value: unknown): readonly string[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) =>
          key === 'datasourceUid' ? [String(inner)] : references(inner),
        );

  test('from each signal to data sources that exist, each known by one id', () => {
    expect(uids).toEqual([...new Set(uids)]);
    expect(references(source('prometheus'))).toEqual(['tempo']);
    expect(new Set(references(source('tempo')))).toEqual(new Set(['loki', 'prometheus']));
    expect(references(source('loki'))).toEqual(['tempo']);
    expect(dataSources.filter(({ isDefault }) => isDefault).map(({ uid }) => uid)).toEqual(['prometheus']);
  });

  test('from an exemplar to its trace, whether it is the service’s own or one that Tempo wrote', () => {
    const name = tempo.overrides.defaults.metrics_generator.trace_id_label_name;
    expect(name).toBe('trace_id');
    expect(source('prometheus')['exemplarTraceIdDestinations']).toEqual([
      expect.objectContaining({ name, datasourceUid: 'tempo' }),
    ]);
  });

  test('from a trace to its logs by a label that Loki indexes, and back by the id of the trace', () => {
    const { tags, query } = source('tempo')['tracesToLogsV2'] as {
      tags: { key: string; value: string }[];
      query: string;
    };
    const indexed = loki.limits_config.otlp_config.resource_attributes.attributes_config[0]?.attributes ?? [];
    for (const { key, value } of tags) {
      expect(indexed).toContain(key);
      expect(value).toBe(label(key));
    }
    expect(query).toContain('trace_id = "$${__trace.traceId}"');
    expect(source('loki')['derivedFields']).toEqual([
      expect.objectContaining({ matcherType: 'label', matcherRegex: 'trace_id', url: '$${__value.raw}' }),
    ]);
  });

  test('from a trace to metrics by labels that Tempo gives them', () => {
    const { tags, queries } = source('tempo')['tracesToMetrics'] as {
      tags: { key: string; value: string }[];
      queries: { query: string }[];
    };
    const { dimensions } = tempo.metrics_generator.processor.span_metrics;
    expect(tags).toEqual([
      { key: 'service.name', value: 'service' },
      ...dimensions.map((key) => ({ key, value: label(key) })),
    ]);
    for (const { query } of queries) expect(query).toContain('{$$__tags, span_name="$${__span.name}"}');
    expect(source('tempo')['serviceMap']).toEqual({ datasourceUid: 'prometheus' });
  });

  test('nowhere by a variable that the provisioning itself would have filled in', () => {
    const text = readText('infra/monitoring/grafana/provisioning/datasources/tracing.yaml');
    expect(text.replaceAll('$$', '')).not.toContain('$');
  });
});

describe('Prometheus scrapes Tempo and Loki', () => {
  const PROMETHEUS = fileURLToPath(new URL('infra/monitoring/prometheus/', ROOT));

  async function rendered(folder: string, profiles: string) {
    const env = { PATH: process.env['PATH'], COMPOSE_PROFILES: profiles };
    await run('sh', [join(PROMETHEUS, 'render-config.sh'), PROMETHEUS, folder], { env });
    const { scrape_configs } = parse(await readFile(join(folder, 'prometheus.yml'), 'utf8')) as {
      scrape_configs: { job_name: string; static_configs?: { targets: string[] }[] }[];
    };
    return scrape_configs;
  }

  test('where they run, and nowhere else', async () => {
    await using folder = await temporaryFolder();
    const base = await rendered(folder.path, 'monitoring,postgres');
    const added = (await rendered(folder.path, 'monitoring,tracing,postgres')).slice(base.length);
    expect(base.map(({ job_name }) => job_name)).not.toContain('tempo');
    expect(added.map(({ job_name }) => job_name)).toEqual(['tempo', 'loki']);
    for (const { job_name, static_configs } of added) {
      const [target = ''] = static_configs?.flatMap(({ targets }) => targets) ?? [];
      const [host, port] = target.split(':');
      expect(host).toBe(job_name);
      expect(innerPorts(job_name)).toContain(Number(port));
    }
  });

  test.skipIf(!hasProgram('promtool'))('by a configuration that promtool accepts', async () => {
    await using folder = await temporaryFolder();
    await rendered(folder.path, 'tracing');
    const { stdout } = await run('promtool', ['check', 'config', join(folder.path, 'prometheus.yml')]);
    expect(stdout).toContain('SUCCESS');
  });
});
