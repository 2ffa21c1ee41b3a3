import { Hono } from 'hono';
import { runbooks } from '../../domain/alerts/runbooks.ts';
import { AppError } from '../../errors.ts';

const PATH = '/api/runbooks';

/** Where an alert's runbook is read, by its name. */
export const runbookAddress = (origin: string) => (alert: string) => `${origin}${PATH}/${alert}`;

/** It holds nothing but text of our own, and a link to the next page. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

const STYLE = `:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
code { font: 0.9em ui-monospace, monospace; background: color-mix(in srgb, currentColor 10%, transparent); padding: 0.1em 0.3em; border-radius: 3px; overflow-wrap: anywhere; }
`;

/**
 * docs/runbooks.md as pages, so that the link in an alert leads somewhere without a Grafana. They need no key: whoever is
 * woken reads them first, and the repository has them for everybody.
 */
export function runbookRoutes(): Hono {
  const app = new Hono();
  app.get(PATH, async (c) => {
    const names = [...(await runbooks()).keys()];
    const links = names.map((name) => `<li><a href="${PATH}/${name}">${name}</a></li>`);
    return c.html(page('Runbooks', `<ul>${links.join('\n')}</ul>`), 200, HEADERS);
  });
  app.get(`${PATH}/:alert`, async (c) => {
    const name = c.req.param('alert');
    if (name === 'style.css') return c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' });
    const markdown = (await runbooks()).get(name);
    if (markdown === undefined) throw new AppError('not_found', 'There is no such alert.');
    const { parse } = await import('marked');
    const text = await parse(markdown);
    return c.html(page(name, `${text}<p><a href="${PATH}">All runbooks</a></p>`), 200, HEADERS);
  });
  return app;
}

const page = (title: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – mlops-backend</title>
<link rel="stylesheet" href="${PATH}/style.css">
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
