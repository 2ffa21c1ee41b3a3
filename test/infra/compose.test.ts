import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import Ajv from 'ajv';
import { DCLinter } from 'dclint';
import { describe, expect, test } from 'vitest';
import { variableNames } from '../../src/config.ts';
import { compose, innerPorts, production, service, services } from './compose-file.ts';
import { dataSources } from './data-sources.ts';
import { ROOT, readText, readYaml } from './monitoring-files.ts';

const dclint = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));

const FILES = ['docker-compose.yaml', 'docker-compose.dev.yaml'];
const MONITORING = ['prometheus', 'alertmanager', 'grafana'];

const example = parseEnv(readText('.env.example'));

/** `${NAME:-default}` and `${NAME:?message}` of a file, as compose would ask for them. */
const variablesOf = (text: string): readonly string[] =>
  [...text.replaceAll('$$', '').matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');

/** Names of environment variables, as string literals, in the packages that configure the SDK. */
function namesReadBySdk(): readonly string[] {
  const packages = ['sdk-node', 'core', 'resources', 'sdk-metrics', 'sdk-trace', 'sdk-logs']
    .concat('otlp-exporter-base', 'otlp-grpc-exporter-base', 'auto-instrumentations-node', 'instrumentation')
    .map((name) => fileURLToPath(new URL(`node_modules/@opentelemetry/${name}/dist`, ROOT)));
  const files = packages.flatMap((path) => globSync(`${path}/**/*.mjs`));
  const names = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/['"`](OTEL_[A-Z_]+[A-Z])['"`]/g)].map(([, name]) => name ?? ''),
  );
  return [...new Set(names)];
}

describe.each(FILES)('%s', (file) => {
  test('is what the compose specification’s schema allows', () => {
    // dclint ships it. Its dialect's address is misspelt there; without one the validator takes draft 7, which it is.
    const { $schema: _, ...schema } = JSON.parse(
      readFileSync(join(dclint, 'schemas/compose.schema.json'), 'utf8'),
    ) as Record<string, unknown>;
    const validate = new Ajv.default({ strict: false, validateFormats: false }).compile(schema);
    validate(compose(file));
    expect(validate.errors).toBeNull();
  });

  test('passes the compose linter', () => {
    // Which key stands first is a matter of reading order here.
    const rules = {
      'service-keys-order': 0,
      'services-alphabetical-order': 0,
      'service-dependencies-alphabetical-order': 0,
      'top-level-properties-order': 0,
    } as const;
    const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
    const results: readonly { messages: readonly unknown[] }[] = linter.lintFiles(
      [fileURLToPath(new URL(file, ROOT))],
      false,
    );
    expect(results).toHaveLength(1);
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test('asks only for variables that .env.example explains', () => {
    // ./run.sh alone sets this one.
    const known = { ...example, MONITORING_CONFIGURATION: '' };
    expect(variablesOf(readText(file)).filter((name) => !(name in known))).toEqual([]);
  });

  test('mounts only paths that exist', () => {
    const paths = Object.values(compose(file).services).flatMap(({ volumes }) =>
      (volumes ?? []).filter((volume) => volume.startsWith('.')).map((volume) => volume.split(':')[0] ?? ''),
    );
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  test('opens ports to this machine only', () => {
    const ports = Object.values(compose(file).services).flatMap((one) => one.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});

describe('the production stack', () => {
  test('pins every image to a full version', () => {
    const images = services.flatMap(([, { image }]) => (image === undefined ? [] : [image]));
    expect(images).toHaveLength(6);
    expect(images.filter((image) => !/:v?\d+\.\d+(\.\d+)?(-busybox)?$/.test(image))).toEqual([]);
  });

  test('takes an image with a shell where the entry point needs one', () => {
    const scripted = services.filter(([, { entrypoint }]) => entrypoint?.[0] === '/bin/sh');
    expect(scripted.map(([name]) => name)).toEqual(MONITORING);
    const withShell: Readonly<Record<string, RegExp>> = {
      prometheus: /^prom\/prometheus:v[\d.]+-busybox$/,
      // 0.34 has no variants: an image named "-busybox" is not there.
      alertmanager: /^prom\/alertmanager:v0\.34\.\d+$/,
      grafana: /^grafana\/grafana:[\d.]+$/,
    };
    for (const [name, { image }] of scripted) expect(image).toMatch(withShell[name] ?? '');
  });

  test('checks the health of every service, and bounds its memory and its logs', () => {
    // An image built here brings its own check.
    const unchecked = services.filter(([, one]) => (one.healthcheck ?? one.build) === undefined);
    expect(unchecked.map(([name]) => name)).toEqual([]);
    expect(services.filter(([, one]) => one.mem_limit === undefined).map(([name]) => name)).toEqual([]);
    for (const [, { logging }] of services)
      expect(logging?.options).toMatchObject({ 'max-size': '10m', 'max-file': '5' });
  });

  test('starts no Node for a health check', () => {
    const checks = services.flatMap(([, { healthcheck }]) => healthcheck?.test ?? []);
    expect(checks.filter((word) => word.includes('node'))).toEqual([]);
    expect(readText('Dockerfile')).toMatch(/^HEALTHCHECK .* CMD \["bash", /m);
  });

  test('waits for what it depends on to be healthy, and for its PostgreSQL only where that is started', () => {
    const dependencies = services.flatMap(([, { depends_on }]) => Object.entries(depends_on ?? {}));
    expect(dependencies.length).toBeGreaterThan(3);
    for (const [name, dependency] of dependencies)
      expect(dependency).toEqual({
        condition: 'service_healthy',
        ...(service(name).profiles?.includes('postgres') && { required: false }),
      });
    expect(service('postgres').profiles).toEqual(['postgres']);
  });

  test('starts the monitoring by its profile alone, which is on by default', () => {
    expect(
      services.filter(([, { profiles }]) => profiles?.includes('monitoring')).map(([name]) => name),
    ).toEqual(MONITORING);
    expect(example['COMPOSE_PROFILES']).toBe('monitoring');
  });

  test('mounts configuration read-only and keeps data in named volumes', () => {
    const mounts = services.flatMap(([, { volumes }]) => volumes ?? []);
    const [bound, named] = [
      mounts.filter((mount) => mount.startsWith('.')),
      mounts.filter((mount) => !mount.startsWith('.')),
    ];
    expect(bound.filter((mount) => !mount.endsWith(':ro'))).toEqual([]);
    const declared = Object.keys(production.volumes ?? {});
    expect(new Set(named.map((mount) => mount.split(':')[0]))).toEqual(new Set(declared));
  });

  test('has ./run.sh start anew what reads a mounted configuration that has changed', () => {
    const readers = services.filter(([, { volumes }]) => volumes?.some((one) => one.startsWith('./infra/')));
    expect(readers.map(([name]) => name)).toEqual([...MONITORING, 'tempo', 'loki']);
    for (const [, { labels }] of readers)
      expect(labels).toEqual({ configuration: `\${MONITORING_CONFIGURATION:-}` });
  });

  test('hands the service every setting it has', () => {
    for (const name of ['backend', 'worker'])
      expect(variableNames.filter((variable) => !(variable in (service(name).environment ?? {})))).toEqual(
        [],
      );
  });

  test('takes each setting from the variable of its name', () => {
    const fixed = ['HOST', 'PORT', 'STORAGE_ROOT', 'ROLE'];
    const wrong = Object.entries(service('backend').environment ?? {}).filter(
      ([name, value]) => !fixed.includes(name) && !new RegExp(`^\\$\\{${name}:[-?]`).test(value),
    );
    expect(wrong).toEqual([]);
  });

  test('demands the key and the passwords, and says where they come from', () => {
    const demand = (name: string) => `\${${name}:?copy .env.example to .env and set it, or use ./run.sh up}`;
    for (const name of ['backend', 'worker'])
      expect(service(name).environment?.['AUTH__ADMIN_KEY']).toBe(demand('AUTH__ADMIN_KEY'));
    expect(service('backend').environment?.['DATABASE_URL']).toContain(demand('POSTGRES_PASSWORD'));
    expect(service('postgres').environment?.['POSTGRES_PASSWORD']).toBe(demand('POSTGRES_PASSWORD'));
    expect(service('grafana').environment?.['GF_SECURITY_ADMIN_PASSWORD']).toBe(
      demand('GRAFANA_ADMIN_PASSWORD'),
    );
  });

  test('hands on every variable of OpenTelemetry that its SDK reads', () => {
    /** What this service settles by itself, whatever the environment says. */
    const ours = [
      // The metrics endpoint is its own.
      'OTEL_EXPORTER_PROMETHEUS_HOST',
      'OTEL_EXPORTER_PROMETHEUS_PORT',
      // The other detectors would publish the command line.
      'OTEL_NODE_RESOURCE_DETECTORS',
      'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
    ];
    for (const name of ['backend', 'worker']) expect(service(name).env_file).toBe('infra/opentelemetry.env');
    const handedOn = readText('infra/opentelemetry.env')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(handedOn.filter((name) => !/^OTEL_[A-Z_]+$/.test(name))).toEqual([]);
    expect(handedOn).toHaveLength(new Set(handedOn).size);
    expect(namesReadBySdk().length).toBeGreaterThan(40);
    expect(namesReadBySdk().filter((name) => !ours.includes(name) && !handedOn.includes(name))).toEqual([]);
  });

  test('lets nobody into Grafana without a password', () => {
    expect(service('grafana').environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_SECURITY_ADMIN_PASSWORD: expect.stringMatching(/^\$\{GRAFANA_ADMIN_PASSWORD:\?/),
    });
    expect(example['GRAFANA_ADMIN_PASSWORD']).toBe('');
  });

  test('has Grafana ask nobody outside of the stack, and run the data sources that its image has', () => {
    expect(service('grafana').environment).toMatchObject({
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
      GF_NEWS_NEWS_FEED_ENABLED: 'false',
      GF_SECURITY_DISABLE_GRAVATAR: 'true',
      GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
    });
  });

  test('has its containers started by ./run.sh, in all that is written: compose alone lacks what it adds', () => {
    const pages = globSync('docs/{*,how-to/*}.md', { cwd: fileURLToPath(ROOT) });
    expect(pages.length).toBeGreaterThan(15);
    // That page says why.
    const others = pages.filter((page) => page !== 'docs/architecture.md');
    expect(others.filter((page) => readText(page).includes('docker compose up'))).toEqual([]);
  });

  test('bounds what Prometheus keeps', () => {
    expect(service('prometheus').command).toEqual(
      expect.arrayContaining([
        expect.stringContaining('retention.time='),
        expect.stringContaining('retention.size='),
      ]),
    );
  });
});

describe('names and ports agree', () => {
  const prometheus = readYaml('infra/monitoring/prometheus/prometheus.yml') as {
    alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
    scrape_configs: {
      job_name: string;
      dns_sd_configs?: { names: string[]; port: number }[];
      static_configs?: { targets: string[] }[];
    }[];
  };
  const contactPoint = readText('infra/monitoring/grafana/provisioning/alerting/alertmanager.yaml');

  test('between the stack and every address that the monitoring calls', () => {
    const called = [
      ...prometheus.scrape_configs.flatMap(({ static_configs }) => static_configs ?? []),
      ...prometheus.alerting.alertmanagers.flatMap(({ static_configs }) => static_configs),
    ]
      .flatMap(({ targets }) => targets)
      .concat(dataSources.map(({ url }) => new URL(url).host))
      .concat([...contactPoint.matchAll(/http:\/\/(\S+)/g)].map(([, host]) => host ?? ''))
      .map((target) => target.replace('127.0.0.1', 'prometheus').split(':'));
    expect(called.length).toBeGreaterThan(8);
    expect(called.filter(([name = '', port]) => !innerPorts(name).includes(Number(port)))).toEqual([]);
  });

  test('between the stack and the jobs that are found by name', () => {
    const found = prometheus.scrape_configs.filter((job) => job.dns_sd_configs !== undefined);
    expect(found.map((job) => job.job_name)).toEqual(['backend', 'worker']);
    for (const job of found)
      expect(job.dns_sd_configs).toMatchObject([
        { names: [job.job_name], port: Number(service(job.job_name).environment?.['PORT']) },
      ]);
    expect(innerPorts('backend')).toEqual([8000]);
  });

  test('between the stack and the addresses that run.sh prints', () => {
    const script = readText('run.sh');
    for (const [name, port] of [
      ['PORT', '8000'],
      ['GRAFANA_PORT', '3001'],
      ['PROMETHEUS_PORT', '9090'],
      ['ALERTMANAGER_PORT', '9093'],
    ]) {
      expect(script).toContain(`$(setting ${name} ${port})`);
      expect(readText('docker-compose.yaml')).toContain(`127.0.0.1:\${${name}:-${port}}:`);
      expect(example[name ?? '']).toBe(port);
    }
  });

  test('between the native Prometheus and the one in the stack', () => {
    const native = readText('scripts/native-monitoring.sh');
    // The rules with what depends on settings filled in, by the same program.
    expect(native).toContain('prometheus/render-config.sh');
    expect(native).toContain('$data/rules/*.yml');
    const settings = ['scrape_interval: 15s', 'scrape_timeout: 10s', 'evaluation_interval: 15s'];
    const dropped = '      - source_labels: [__name__]\n        regex: .+_created\n        action: drop\n';
    for (const setting of [...settings, 'monitor: mlops-backend', dropped]) {
      expect(native).toContain(setting);
      expect(readText('infra/monitoring/prometheus/prometheus.yml')).toContain(setting);
    }
    // The objectives look back 30 days in both.
    const retention = `retention.time=${example['PROMETHEUS_RETENTION_TIME']}`;
    expect(native).toContain(retention);
    expect(retention).toBe('retention.time=30d');
    // One that all of their versions know; native histograms would take the rules' buckets from some.
    const feature = '--enable-feature=exemplar-storage';
    expect(native).toContain(feature);
    expect(service('prometheus').command).toContain(feature);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = readText('Dockerfile');
  const instructions = dockerfile
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const of = (keyword: string) => instructions.filter((line) => line.startsWith(`${keyword} `));

  test('builds on the Node that the lock file brings, in a slim image pinned to its version', () => {
    const { packages } = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { version: string }>;
    };
    const node = packages['node_modules/node']?.version;
    for (const from of of('FROM')) expect(from).toContain(`FROM node:${node}-bookworm-slim AS `);
  });

  test('ends without privileges, with a health check, and with Node as the first process', () => {
    expect(of('USER')).toEqual(['USER node']);
    expect(instructions.indexOf('USER node')).toBeGreaterThan(
      instructions.findIndex((line) => line.startsWith('RUN mkdir')),
    );
    expect(of('HEALTHCHECK')).toHaveLength(1);
    expect(JSON.parse(of('CMD').at(-1)?.slice(4) ?? '')).toEqual([
      'node',
      '--disable-warning=ExperimentalWarning',
      '--import',
      './src/telemetry/register.ts',
      'src/main.ts',
    ]);
  });

  test('installs exactly the locked packages, without those for development', () => {
    expect(of('RUN').filter((line) => line.includes('npm'))).toEqual([
      expect.stringMatching(/npm ci --omit=dev --ignore-scripts/),
    ]);
    expect(dockerfile).not.toMatch(/^ADD /m);
  });

  test('copies only what exists and is let into the build', () => {
    const allowed = readText('.dockerignore')
      .match(/^!.+$/gm)
      ?.map((line) => line.slice(1));
    const copied = of('COPY')
      .filter((line) => !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
      .filter((word) => !word.startsWith('--'));
    expect(new Set(copied)).toEqual(new Set(allowed));
    expect(copied.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });
});
