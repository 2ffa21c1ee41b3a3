import { expect, test } from 'vitest';
import { type ConfigError, parseConfig } from '../src/config.ts';

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

test.each([
  ['AUTH_MODE', 'AUTH__MODE'],
  ['AUTH_ADMIN_KEY', 'AUTH__ADMIN_KEY'],
  ['auth__mode', 'AUTH__MODE'],
  ['PROMETHEUS_ENABLED', 'PROMETHEUS__ENABLED'],
  ['PROMETHEUS__BEARER_TOKE', 'PROMETHEUS__BEARER_TOKEN'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['DATASET_TTL_DAY', 'DATASET_TTL_DAYS'],
  ['STORAGE_ROUTE', 'STORAGE_ROOT'],
  ['S3_BUCKET', 'S3__BUCKET'],
  ['TRAINING__CONCURENCY', 'TRAINING__CONCURRENCY'],
  ['MAX_UPLOAD_SIZE', 'MAX_UPLOAD_BYTES'],
  ['LOGLEVEL', 'LOG_LEVEL'],
])('%s stops the start and is told as %s: nothing is misspelt in silence', (name, meant) => {
  expect(faultsOf({ [name]: 'x' })).toEqual([`${name}: is no setting; ${meant} is`]);
});

test.each([
  'HOSTNAME',
  'HOME',
  'PORTS',
  'PROMETHEUS_PORT',
  'PROMETHEUS_RETENTION_TIME',
  'PROMETHEUS_SERVICE_HOST',
  'PROMETHEUS_SERVICE_PORT_HTTP',
  'PROMETHEUS_PORT_9090_TCP_ADDR',
  'DATABASE_SERVICE_HOST',
  'POSTGRES_PASSWORD',
  'GRAFANA_PORT',
  'MAX_OLD_SPACE',
  'NODE_OPTIONS',
])('%s is somebody else’s and stops nothing', (name) => {
  expect(faultsOf({ [name]: 'x' })).toEqual([]);
});
