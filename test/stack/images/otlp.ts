import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/**
 * Stands in for Tempo and Loki in the stack: it starts only with what the real ones would start with, a configuration
 * that it may read, each setting in it, and a folder that it may write; takes OTLP at their ports and paths; answers
 * their check of health, a scrape, and whether anything of a service has arrived, by their own queries.
 */
const PROGRAMS = {
  tempo: {
    ports: [3200, 4318],
    data: '/var/tempo',
    taken: '/v1/traces',
    search: '/api/search',
    found: (count: number) => ({ traces: Array(count).fill({}) }),
  },
  loki: {
    ports: [3100],
    data: '/loki',
    taken: '/otlp/v1/logs',
    search: '/loki/api/v1/query_range',
    found: (count: number) => ({ status: 'success', data: { result: Array(count).fill({}) } }),
  },
};

const [name, ...args] = process.argv.slice(2);
const option = (key: string) => args.find((arg) => arg.startsWith(`-${key}=`))?.slice(key.length + 2) ?? '';

if (args.includes('-health')) {
  const { status } = await fetch(option('health.url'));
  process.exit(status === 200 ? 0 : 1);
}

const { ports, data, taken, search, found } = PROGRAMS[name as keyof typeof PROGRAMS];
for (const [, setting = ''] of readFileSync(option('config.file'), 'utf8').matchAll(/\$\{(\w+)\}/g))
  if (!process.env[setting]) throw new Error(`${setting} is not set`);
writeFileSync(join(data, 'stand-in'), '');

const bodies: Buffer[] = [];

const answer: RequestListener = async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://stand-in');
  const json = (value: unknown) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  if (request.method === 'POST' && pathname === taken) {
    const body = await buffer(request);
    bodies.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    return json({});
  }
  if (pathname === '/ready') return response.end('ready\n');
  if (pathname === '/metrics')
    return response
      .setHeader('content-type', 'text/plain; version=0.0.4')
      .end('# TYPE stand_in gauge\nstand_in 1\n');
  if (pathname === search) {
    // {resource.service.name="NAME"}, {service_name="NAME"}
    const service = /"(.+)"/.exec(searchParams.get('q') ?? searchParams.get('query') ?? '')?.[1] ?? '';
    return json(found(bodies.filter((body) => body.includes(service)).length));
  }
  return response.writeHead(404).end();
};

for (const port of ports) createServer(answer).listen(port);
// The first process of a container ends by no signal that it does not ask for.
process.once('SIGTERM', () => process.exit());
