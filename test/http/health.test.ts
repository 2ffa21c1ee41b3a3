import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { createHttpApp, fetchOf } from '../../src/http/app.ts';
import { startTestApp } from '../support/app.ts';

test('health says that the process is alive, which it is, and which role', async () => {
  await using app = await startTestApp();
  const response = await app.api.call('/api/health');
  expect([response.status, await app.api.json(response)]).toEqual([
    200,
    { status: 'ok', version: packageJson.version, role: 'all' },
  ]);
});

test('ready names every dependency; one that is down makes it 503, and health stays 200', async () => {
  await using app = await startTestApp();
  const ready = async () => {
    const response = await app.api.call('/api/ready');
    return [response.status, await app.api.json(response)];
  };
  const checks = (database: string, storage: string) => [
    { name: 'database', status: database },
    { name: 'storage', status: storage },
  ];
  expect(await ready()).toEqual([200, { status: 'ready', checks: checks('up', 'up') }]);

  const folder = join(app.root, 'objects');
  await rename(folder, `${folder}.away`);
  expect(await ready()).toEqual([503, { status: 'not_ready', checks: checks('up', 'down') }]);
  await rename(`${folder}.away`, folder);
  expect(await ready()).toEqual([200, { status: 'ready', checks: checks('up', 'up') }]);

  await app.app.database[Symbol.asyncDispose]();
  expect(await ready()).toEqual([503, { status: 'not_ready', checks: checks('down', 'up') }]);
  expect((await app.api.call('/api/health')).status).toBe(200);
});

test('what can be answered at once is: no promise stands between a probe and its answer', () => {
  const app = createHttpApp({
    metricsPath: '/metrics',
    metricsToken: undefined,
    corsOrigins: [],
    adminKey: undefined,
    api: undefined,
    health: { version: '0', role: 'all', checks: {} },
    logger: undefined as never,
  });
  const bindings = { incoming: { headers: {} } } as HttpBindings;
  expect(fetchOf(app)(new Request('http://localhost/api/health'), bindings)).toBeInstanceOf(Response);
});
