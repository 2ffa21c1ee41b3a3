import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { descendants, postmaster } from '../adapters/db/embedded/processes.ts';
import { childProcesses } from '../support/children.ts';
import { dataFile, eventually, type Run } from '../support/client.ts';
import { freshDeployment } from '../support/deployment.ts';
import { hold } from '../support/hold.ts';
import { keptModels } from '../support/kept-models.ts';
import { callTool } from '../support/mcp.ts';
import { noisyTable } from '../support/noisy-table.ts';
import { type OtlpSink, startSink } from '../support/otlp/sink.ts';
import { exchange, openRequest } from '../support/raw-http.ts';
import { type Service, startService } from '../support/service.ts';
import { usedRoot } from '../support/used-root.ts';
import { Exposition } from '../telemetry/exposition-reader.ts';
import { declared, LiveCheck } from '../telemetry/registry/live-check.ts';
import { isExcused, needless } from '../telemetry/registry/not-provoked.ts';

const LEVELS: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const settings = (sink: OtlpSink, protocol: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  LOG_LEVEL: 'debug',
});
/** Everything expires at once, and nothing can be stored. */
const LATER = {
  DATASET_TTL_DAYS: '0.0000001',
  DATASET_TTL_CHECK_INTERVAL_SEC: '1',
  STORAGE_RESERVE_BYTES: '1000000000000000',
};

/** A line of standard output as it is sent: its error by the conventions. */
function recordOf(line: Readonly<Record<string, unknown>>) {
  const { level, time, pid, hostname, msg, trace_id, span_id, trace_flags, err, ...facts } = line;
  const { type, message, stack } = (err ?? {}) as Readonly<Record<string, unknown>>;
  const error = {
    'exception.type': type,
    'exception.message': message,
    ...(stack !== undefined && { 'exception.stacktrace': stack }),
  };
  const attributes = err === undefined ? facts : { ...facts, ...error };
  return { severity: LEVELS[level as number] ?? String(level), body: msg, attributes };
}

const check = new LiveCheck();

async function scrape(service: Service): Promise<void> {
  check.scraped(new Exposition(await service.api.metrics()));
}

/** Ends it, and looks at all that it wrote and sent. */
async function finish(sink: OtlpSink, ...services: readonly Service[]): Promise<void> {
  for (const service of services) {
    await service.stop();
    for (const line of service.log) check.log(recordOf(line));
  }
  for (const resource of sink.resources) check.resource(resource);
  for (const span of sink.spans) check.span(span);
  for (const log of sink.logs) check.log(log);
  for (const metric of sink.pushed) check.metric(metric);
}

const answered = async (response: Promise<Response>) => void (await (await response).text());

async function alertmanager(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** What clients do, with its ends. */
async function use({ api, origin }: Service): Promise<void> {
  const wine = await api.uploadFile('wine_train.csv');
  const { artifact_id } = await api.train(wine.dataset_id);
  const row = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i]));
  const predict = `/artifacts/${artifact_id}/predict`;
  await answered(api.post(predict, { rows: Array(500).fill(row) }));
  await answered(api.post(predict, { rows: [{}] }));
  const body = await readFile(dataFile('wine_test.csv'));
  await answered(api.call(predict, { method: 'POST', headers: { 'content-type': 'text/csv' }, body }));
  const { register, promote } = keptModels(api);
  await register('wine', artifact_id);
  await promote('wine', 'production', 1);
  await register('wine', (await api.train(wine.dataset_id, { seed: 2 })).artifact_id);
  await promote('wine', 'production', 2);
  const cutOff = openRequest(`${origin}/api/ml/v1/datasets/upload?name=cut.csv`, 'POST');
  // More than is looked at before it is stored.
  cutOff.request.write(`a,b\n${'1,2\n'.repeat(50_000)}`);
  await eventually(async () =>
    (await api.metrics()).includes('http_server_active_requests{http_request_method="POST"} 1'),
  );
  cutOff.request.destroy();
  await answered(api.uploadRaw('picture.csv', Buffer.from('89504e470d0a1a0a', 'hex')));
  await answered(api.uploadRaw('ragged.csv', 'a,b\n1,2\n3\n'));
  await answered(api.call('/nowhere?x=1', { headers: { 'x-forwarded-for': '203.0.113.7' } }));
  await answered(api.call('/datasets', { method: 'PURGE' }));
  await answered(api.call('/api/health'));
  await answered(api.call('/service/alerts'));
  await exchange(origin, 'no request\r\n\r\n');
  await answered(callTool(origin, 'train', { dataset_id: wine.dataset_id }));
  await answered(callTool(origin, 'upload_table', { name: 'table.csv', text: 'a,target\n1,2\n3,4\n' }));
  await answered(callTool(origin, 'upload_table', { name: 'ragged.csv', text: 'a,b\n1\n' }));

  const single = await api.upload('one.csv', `a,target\n${'1,1\n'.repeat(50)}`);
  expect((await api.train(single.dataset_id, { task: 'classification' })).status).toBe('failed');
}

/** Runs that are retried, cancelled, and handed back when the worker stops: until it is disposed the last one is held. */
async function strain({ api }: Service, worker: Service): Promise<Disposable> {
  const noise = await api.upload('noise.csv', noisyTable(), 'heavy');
  const begin = async () => {
    const request = { dataset_id: noise.dataset_id, mode: 'heavy', params: { max_trials: 2 } };
    const { id } = await api.json<Run>(await api.post('/training-runs', request));
    await eventually(async () => (await api.run(id))['progress_details'] !== null);
    return id;
  };
  const trainers = () => childProcesses('trainer.child.ts', worker.process.pid);
  const retried = await begin();
  for (const pid of await trainers()) process.kill(pid, 'SIGKILL');
  expect((await api.ended(retried)).status).toBe('succeeded');
  const cancelled = await begin();
  await answered(api.post(`/training-runs/${cancelled}/cancel`, {}));
  expect((await api.ended(cancelled)).status).toBe('cancelled');
  await begin();
  // Or it might end in the time that it is given.
  return hold(await trainers());
}

/** Of a process in which everything expires. */
const hasRemoved = (worker: Service) =>
  eventually(async () => worker.log.some(({ msg }) => msg === 'clean-up removed'));

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  const alone = async () => {
    const sink = stack.use(await startSink());
    const deployment = stack.use(await freshDeployment());
    const broken = stack.use(await alertmanager(({ socket }) => socket.destroy()));
    const env = { ...settings(sink, 'http/json'), ALERTMANAGER_URL: urlOf(broken) };
    const service = await deployment.start(env);
    await use(service);
    await scrape(service);
    await service.stop();
    const later = await deployment.start({ ...env, ...LATER });
    await hasRemoved(later);
    await answered(later.api.uploadRaw('late.csv', 'a,b\n1,2\n3,4\n'));
    await scrape(later);
    await finish(sink, service, later);
  };
  const together = async () => {
    const sink = stack.use(await startSink());
    const { path } = stack.use(await usedRoot());
    const healthy = stack.use(await alertmanager((_, response) => response.end('[]')));
    const env = { ...settings(sink, 'http/protobuf'), ALERTMANAGER_URL: urlOf(healthy) };
    const start = async (own: Record<string, string>) =>
      stack.use(await startService(path, { ...env, ...own }));
    const api = await start({ ROLE: 'api' });
    const worker = await start({ ROLE: 'worker' });
    await use(api);
    using _ = await strain(api, worker);
    await scrape(worker);
    await worker.stop();
    const later = await start({ ROLE: 'worker', ...LATER });
    const { items } = await api.api.json<{ items: Run[] }>(await api.api.call('/training-runs'));
    expect((await api.api.ended(items[0]?.id ?? '')).status).toBe('succeeded');
    await hasRemoved(later);
    process.kill(postmaster(descendants(api.process.pid as number)), 'SIGKILL');
    await eventually(async () => api.log.some(({ msg }) => msg === 'the embedded database is back'));
    await eventually(async () => (await api.api.call('/datasets')).status === 200);
    await scrape(api);
    await scrape(later);
    await finish(sink, worker, later, api);
  };
  // Each waits half of its time.
  await Promise.all([alone(), together()]);
});

test('whatever a process of any role writes, sends or shows is declared in docs/registry', () => {
  expect(check.undeclared).toEqual([]);
});

test('whatever is declared there is seen, unless it is said why not', () => {
  expect(check.unseen.filter((name) => !isExcused(name))).toEqual([]);
  expect(needless(declared())).toEqual([]);
});
