import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Hono } from 'hono';
import { AppError } from '../../errors.ts';

const JAVASCRIPT = 'text/javascript; charset=utf-8';
/** Content types, by name. */
const ASSETS: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', JAVASCRIPT],
  ['favicon-32x32.png', 'image/png'],
]);

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mlops-backend API</title>
<link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** The API's documentation as a page; every byte of it comes from here. */
export function docsRoutes(): Hono {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const app = new Hono();
  app.get('/api/docs', (c) => c.html(PAGE));
  // One route for all that the page loads: metrics name requests by it.
  app.get('/api/docs/:asset', async (c) => {
    const name = c.req.param('asset');
    if (name === 'start.js') return c.body(START, 200, { 'content-type': JAVASCRIPT });
    const contentType = ASSETS.get(name);
    if (contentType === undefined) throw new AppError('not_found', 'There is nothing at this address.');
    const bytes = await readFile(join(folder, name));
    return c.body(bytes, 200, { 'content-type': contentType, 'cache-control': 'public, max-age=3600' });
  });
  return app;
}
