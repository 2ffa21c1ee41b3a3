import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/**
 * Stands in for Grafana in the stack: it starts only with what the real one would start with, every file of the
 * configuration readable and a password for its administrator, and answers its health check, a scrape, and which data
 * sources it was given.
 */
const provisioning = process.env['GF_PATHS_PROVISIONING'] ?? '/etc/grafana/provisioning';
for (const folder of [provisioning, '/var/lib/grafana/dashboards'])
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name));
if (!process.env['GF_SECURITY_ADMIN_PASSWORD']) throw new Error('GF_SECURITY_ADMIN_PASSWORD is not set');

const dataSources = readdirSync(join(provisioning, 'datasources')).flatMap((file) => {
  const text = readFileSync(join(provisioning, 'datasources', file), 'utf8');
  return [...text.matchAll(/^ {4}uid: (\w+)$/gm)].map(([, uid]) => ({ uid }));
});

const ANSWERS: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/api/health': ['application/json', '{"database":"ok"}'],
  '/api/datasources': ['application/json', JSON.stringify(dataSources)],
  '/metrics': ['text/plain', '# TYPE grafana_stand_in gauge\ngrafana_stand_in 1\n'],
};

createServer(({ url = '' }, answer) => {
  const [type, body] = ANSWERS[url] ?? ['text/plain', ''];
  answer.writeHead(url in ANSWERS ? 200 : 404, { 'content-type': type }).end(body);
}).listen(3000);
// The first process of a container ends by no signal that it does not ask for.
process.once('SIGTERM', () => process.exit());
