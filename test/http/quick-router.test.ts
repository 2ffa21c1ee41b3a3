import type { Result } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Api, createHttpApp } from '../../src/http/app.ts';

const app = createHttpApp({
  metricsPath: '/metrics',
  metricsToken: 'a token',
  corsOrigins: ['https://example.org'],
  adminKey: 'a key',
  api: {} as Api,
  health: { version: '1', role: 'all', checks: {} },
  logger: pino({ level: 'silent' }),
});

/** The handlers in their order, each with the parameters that it is given. */
const found = <T>([handlers, stash]: Result<T>) =>
  handlers.map(([handler, params]) => [
    handler,
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, stash?.[Number(value)] ?? value]),
    ),
  ]);

test('every address is answered as by Hono’s own router, whatever stands in the place of its parameters', () => {
  const reference = new TrieRouter<(typeof app.routes)[number]['handler']>();
  for (const { method, path, handler } of app.routes) reference.add(method, path, handler);
  const templates = [...new Set(app.routes.map(({ path }) => path))];
  const words = ['1', 'wine@production', ...templates.flatMap((path) => path.match(/\w+/g) ?? [])];
  const filled = templates.flatMap((path) => words.map((word) => path.replace(/:[^/]+|\*/g, word)));
  const paths = [...new Set(filled)].flatMap((path) => [path, `${path}/`, `${path}/more`]);
  expect(paths).toContain('/api/ml/v1/datasets/expired');

  for (const path of paths)
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const [handlers, stash] = app.router.match(method, path);
      const own = handlers.map(([[handler], params]) => [handler, params]);
      expect(found([own, stash] as Result<unknown>), `${method} ${path}`).toEqual(
        found(reference.match(method, path)),
      );
    }
});

test('no route keeps the quick router from finding those with a parameter', () => {
  app.router.match('GET', '/api/ml/v1/datasets/1');
  expect(app.router.name).toBe('QuickRouter + SmartRouter + RegExpRouter');
});
