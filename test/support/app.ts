import { pino } from 'pino';
import { type App, startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { type Client, client } from './client.ts';
import { storageRoot } from './storage-root.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly root: string;
  readonly origin: string;
  readonly api: Client;
}

/** The whole service in this process, on a port of its own, without telemetry. */
export async function startTestApp(env: Record<string, string> = {}): Promise<TestApp> {
  await using stack = new AsyncDisposableStack();
  const root = stack.use(await storageRoot());
  const config = parseConfig({ STORAGE_ROOT: root.path, PORT: '0', ...env });
  const app = stack.use(await startApp(config, pino({ level: process.env['TEST_LOG'] ?? 'silent' })));
  const origin = `http://127.0.0.1:${app.address.port}`;
  const owned = stack.move();
  return {
    app,
    root: root.path,
    origin,
    api: client(origin, env['AUTH__ADMIN_KEY']),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
