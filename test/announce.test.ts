import { expect, test } from 'vitest';
import { addressLines } from '../src/announce.ts';
import { parseConfig } from '../src/config.ts';

const printed = (env: Record<string, string>, address = '127.0.0.1', family = 'IPv4') =>
  [...addressLines({ address, family, port: 81 }, parseConfig(env)).matchAll(/^ {2}\w+ +(\S+)$/gm)].map(
    ([, url]) => url,
  );

test('only what is served is announced: a worker has no API, and metrics may be off', () => {
  expect(printed({})).toEqual([
    'http://127.0.0.1:81/',
    'http://127.0.0.1:81/api/ml/v1',
    'http://127.0.0.1:81/api/docs',
    'http://127.0.0.1:81/metrics',
  ]);
  expect(printed({ ROLE: 'worker', DATABASE_URL: 'postgres://db/db' })).toEqual([
    'http://127.0.0.1:81/api/health',
    'http://127.0.0.1:81/metrics',
  ]);
  expect(printed({ PROMETHEUS__ENABLED: 'false' })).not.toContain('http://127.0.0.1:81/metrics');
});

test.each([
  ['0.0.0.0', 'IPv4', '127.0.0.1'],
  ['::', 'IPv6', '127.0.0.1'],
  ['::1', 'IPv6', '[::1]'],
])('what listens on %s is called at an address that can be called', (address, family, host) => {
  expect(printed({}, address, family)).toContain(`http://${host}:81/api/ml/v1`);
});
