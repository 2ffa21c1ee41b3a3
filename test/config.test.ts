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
