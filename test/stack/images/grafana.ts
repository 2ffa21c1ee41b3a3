import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/**
 * Stands in for Grafana in the stack: it starts only with what the real one would start with, every file of the
 * configuration readable and a password for its administrator, and answers its health check and a scrape.
 */
for (const folder of ['/etc/grafana/provisioning', '/var/lib/grafana/dashboards'])
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name));
if (!process.env['GF_SECURITY_ADMIN_PASSWORD']) throw new Error('GF_SECURITY_ADMIN_PASSWORD is not set');

const ANSWERS: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/api/health': ['application/json', '{"database":"ok"}'],
  '/metrics': ['text/plain', '# TYPE grafana_stand_in gauge\ngrafana_stand_in 1\n'],
};

createServer(({ url = '' }, answer) => {
  const [type, body] = ANSWERS[url] ?? ['text/plain', ''];
  answer.writeHead(url in ANSWERS ? 200 : 404, { 'content-type': type }).end(body);
}).listen(3000);
