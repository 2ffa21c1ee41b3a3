import manifest from '../package.json' with { type: 'json' };
import { createHttpApp } from '../src/http/app.ts';
import { DESCRIPTION_PATH } from '../src/http/openapi.ts';
import { generatedFile } from './generated-file.ts';

/**
 * Writes docs/openapi.json from the routes: `npm run docs:openapi`; `-- --check` only says whether it is current. As a
 * service describes itself that asks for a key, since a client for it fits every other.
 */
const app = createHttpApp({
  metricsPath: '/metrics',
  metricsToken: undefined,
  corsOrigins: [],
  adminKey: 'asked for',
  // Nothing is called.
  api: {} as never,
  health: { version: manifest.version, role: 'all', checks: {} },
  logger: undefined as never,
});
const description: unknown = await (await app.request(DESCRIPTION_PATH)).json();
generatedFile('docs/openapi.json', `${JSON.stringify(description, null, 2)}\n`, 'npm run docs:openapi');
