import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type ConfigError, parseConfig } from '../src/config.ts';
import { readText } from './infra/monitoring-files.ts';

const faultsOf = (env: Record<string, string>) => {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
};

test('an empty environment gives the documented defaults', () => {
  const config = parseConfig({});
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8000 });
  expect(config.metrics).toMatchObject({ enabled: true, path: '/metrics', prefix: 'mlops.backend' });
  expect(config.auth.mode).toBe('none');
});

test('every fault is reported at once, each naming its variable', () => {
  const faults = faultsOf({
    HOST: '0.0.0.0',
    PORT: 'abc',
    PROMETHEUS__LATENCY_BUCKETS: '[1,1]',
    MAX_EMPTY_RATIO: '2',
    STORAGE_BACKEND: 's3',
  });
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
    'AUTH__MODE',
    'MAX_EMPTY_RATIO',
    'PORT',
    'PROMETHEUS__LATENCY_BUCKETS',
    'STORAGE_BACKEND',
  ]);
});

test.each(['0.0.0.0', '192.168.1.4', 'example.org', '::'])(
  'HOST %s does not start without an AUTH__MODE',
  (host) => {
    expect(faultsOf({ HOST: host })).toHaveLength(1);
    expect(faultsOf({ HOST: host, AUTH__MODE: 'none' })).toHaveLength(0);
  },
);

test.each(['127.0.0.1', 'localhost', '::1', '127.8.8.8'])(
  'loopback HOST %s starts without an AUTH__MODE',
  (host) => {
    expect(faultsOf({ HOST: host })).toHaveLength(0);
  },
);

test('AUTH__MODE=keys needs the admin key, and says so', () => {
  expect(faultsOf({ AUTH__MODE: 'keys' })[0]).toMatch(/^AUTH__ADMIN_KEY: .*only key/);
  expect(faultsOf({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: 'a-key-of-some-length' })).toHaveLength(0);
  expect(faultsOf({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: 'no header holds: "ü"' })[0]).toMatch(
    /^AUTH__ADMIN_KEY: must be letters/,
  );
});

test.each([
  ['not json', 'nope'],
  ['no array', '{"a":1}'],
  ['no numbers', '["a"]'],
  ['empty', '[]'],
  ['falling', '[2,1]'],
  ['zero', '[0,1]'],
])('latency buckets that are %s are refused', (_what, value) => {
  expect(faultsOf({ PROMETHEUS__LATENCY_BUCKETS: value })[0]).toMatch(/^PROMETHEUS__LATENCY_BUCKETS: /);
});

test('an empty value counts as unset', () => {
  expect(parseConfig({ PORT: '', AUTH__MODE: '' }).http.port).toBe(8000);
});

test('a fault names the variable but never repeats a secret', () => {
  expect(faultsOf({ DATABASE_URL: 'mysql://user:secret@host/db' }).join()).not.toContain('secret');
});

describe('a variable that begins like one of ours and is none of them', () => {
  test.each([
    ['AUTH_MODE', 'AUTH__MODE'],
    ['AUTHMODE', 'AUTH__MODE'],
    ['auth__mode', 'AUTH__MODE'],
    ['AUHT__MODE', 'AUTH__MODE'],
    ['AUTH___MODE', 'AUTH__MODE'],
    ['AUTH__MODES', 'AUTH__MODE'],
    ['AUTH_ADMIN_KEY', 'AUTH__ADMIN_KEY'],
    ['AUTH__ADMINKEY', 'AUTH__ADMIN_KEY'],
    ['PROMETHEUS_BEARER_TOKEN', 'PROMETHEUS__BEARER_TOKEN'],
    ['PROMETHEUS__TOKEN', 'PROMETHEUS__ENABLED'],
    ['CORS_ORIGINS', 'CORS__ALLOW_ORIGINS'],
    ['DATABASE__URL', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['STORAGE__ROOT', 'STORAGE_ROOT'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['STORAGE_ROUTE', 'STORAGE_ROOT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['S3_SECRET_KEY', 'S3__SECRET_KEY'],
    ['TRAINING_CONCURRENCY', 'TRAINING__CONCURRENCY'],
    ['DATASET_TTL_DAY', 'DATASET_TTL_DAYS'],
    ['MAX_UPLOAD_SIZE', 'MAX_UPLOAD_BYTES'],
    ['MIN_DATA_ROW', 'MIN_DATA_ROWS'],
  ])('%s stops the start, with the nearest name', (name, nearest) => {
    expect(faultsOf({ [name]: 'keys' })).toEqual([`${name}: unknown; did you mean ${nearest}?`]);
  });

  test('is as good as none when it is empty', () => {
    expect(faultsOf({ AUTH_MODE: '' })).toEqual([]);
  });
});

const OF_OTHERS = {
  'this project’s other programs': [
    ...Object.keys(parseEnv(readText('.env.example'))),
    ...[...readText('docker-compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? ''),
  ],
  'shells, build servers and clouds': `
    HOSTNAME HOSTTYPE PORTS REGION AWS_REGION BUCKET S3_USE_HTTPS MAX_JOBS MAX_OLD_SPACE_SIZE MIN_LEVEL
    STORAGE_EMULATOR_HOST DATASET_PATH DATABASE_HOST DATABASE_USER POSTGRES_DB PGDATABASE PROMETHEUS_MULTIPROC_DIR
    OTEL_SERVICE_NAME OTEL_EXPORTER_PROMETHEUS_PORT SENTRY_AUTH_TOKEN SSH_AUTH_SOCK npm_config_cache NODE_ENV`,
  'Kubernetes, for services called prometheus, auth, s3, database and storage': `
    PROMETHEUS_SERVICE_HOST PROMETHEUS_SERVICE_PORT PROMETHEUS_SERVICE_PORT_WEB PROMETHEUS_PORT
    PROMETHEUS_PORT_9090_TCP PROMETHEUS_PORT_9090_TCP_ADDR AUTH_PORT AUTH_SERVICE_HOST S3_PORT
    DATABASE_PORT_5432_TCP_PROTO DATABASE_SERVICE_PORT STORAGE_PORT`,
};

test.each(Object.entries(OF_OTHERS))('variables of %s stop nothing', (_whose, names) => {
  const list = typeof names === 'string' ? names.trim().split(/\s+/) : names;
  const environment = Object.fromEntries(list.map((name) => [name, 'true']));
  expect(faultsOf(environment).filter((fault) => fault.includes('unknown'))).toEqual([]);
});
