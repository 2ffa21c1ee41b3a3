import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/adapters/db/postgres.ts';
import { childProcesses } from '../support/children.ts';
import { dataFile, eventually, type Run } from '../support/client.ts';
import { freshDeployment, startDeployed } from '../support/deployment.ts';
import { hold } from '../support/hold.ts';
import { callTool } from '../support/mcp.ts';
import { noisyTable } from '../support/noisy-table.ts';
import type { SeenSpan } from '../support/otlp/received.ts';
import { type OtlpSink, startSink } from '../support/otlp/sink.ts';
import { printTree } from '../support/otlp/tree.ts';
import { openRequest } from '../support/raw-http.ts';
import type { Service } from '../support/service.ts';

/** Sent soon, so that a test need not wait. */
const SOON = { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_BLRP_SCHEDULE_DELAY: '100' };

/** An API and a worker, two processes on one database, that send to one sink. */
async function startPair(sink: OtlpSink, stack: AsyncDisposableStack, env: Record<string, string>) {
  const deployment = stack.use(await freshDeployment());
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...SOON, ...env };
  const start = (role: string) => deployment.start({ ROLE: role, ...settings });
  const [api, worker] = await Promise.all([start('api'), start('worker')]);
  return { api, worker, restartWorker: () => start('worker') };
}

/** The trainers of a worker, one at work on this run and one that stands by. */
async function trainersOf(
  { process: { pid } }: Service,
  api: Service,
  run: string,
): Promise<readonly number[]> {
  await eventually(async () => (await api.api.run(run))['progress_details'] !== null);
  return childProcesses('trainer.child.ts', pid);
}

/** As the API answers `…/trace`. */
interface Node {
  readonly name: string;
  readonly started_at: string;
  readonly duration_seconds: number | null;
  readonly error_type: string | null;
  readonly children: readonly Node[];
}

const nameOf = (spans: readonly SeenSpan[], id: string) => spans.find(({ spanId }) => spanId === id)?.name;

const contentTypes = (sink: OtlpSink) => new Set(sink.requests.map(({ headers }) => headers['content-type']));

describe('a heavy run over two processes whose first trainer was killed, sent as protobuf', () => {
  let stack: AsyncDisposableStack;
  let sink: OtlpSink;
  let run: Run;
  let story: readonly SeenSpan[];
  let told: Node;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    sink = stack.use(await startSink());
    const { api, worker } = await startPair(sink, stack, {});
    const dataset = await api.api.upload('noise.csv', noisyTable({ rows: 2000, columns: 5 }), 'heavy');
    const request = { dataset_id: dataset.dataset_id, mode: 'heavy', params: { max_trials: 3 } };
    const queued = await api.api.json<Run>(await api.api.post('/training-runs', request));
    for (const pid of await trainersOf(worker, api, queued.id)) process.kill(pid, 'SIGKILL');
    run = await api.api.ended(queued.id);
    told = await api.api.json<Node>(await api.api.call(`/training-runs/${run.id}/trace`));
    await api.stop();
    await worker.stop();
    story = sink.spans.filter(({ traceId }) => traceId === run['trace_id']);
    console.log(`a heavy run\n${printTree(story)}`);
  });
  afterAll(() => stack.disposeAsync());

  test('comes as that', () => {
    expect(contentTypes(sink)).toEqual(new Set(['application/x-protobuf']));
  });

  test('is one trace, which the run names, from the request to the stored model', () => {
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2 });
    const [request] = story.filter(({ kind }) => kind === 'SERVER');
    expect(request).toMatchObject({ name: 'POST /api/ml/v1/training-runs', parentSpanId: '', role: 'api' });
    const attempts = story.filter(({ kind }) => kind === 'CONSUMER');
    expect(attempts.map(({ role, attributes }) => [role, attributes['mlops.run.id']])).toEqual([
      ['worker', run.id],
      ['worker', run.id],
    ]);
    const parents = (name: string) =>
      story.filter((span) => span.name === name).map(({ parentSpanId }) => nameOf(story, parentSpanId));
    expect(parents('send training')).toEqual(['POST /api/ml/v1/training-runs']);
    expect(parents('process training')).toEqual(['send training', 'send training']);
    expect(parents('trainer process')).toEqual(['process training', 'process training']);
    // Some of it the first trainer had done before, too.
    const distinctParents = (name: string) => [...new Set(parents(name))];
    for (const stage of ['search', 'fit', 'evaluate', 'refit', 'export'])
      expect(distinctParents(stage)).toEqual(['trainer process']);
    expect(distinctParents('trial')).toEqual(['search']);
    expect(parents('store model')).toEqual(['process training']);
  });

  test('says what the first attempt failed of, and links the second to it', () => {
    const [first, second] = story.filter(({ kind }) => kind === 'CONSUMER').sort((a, b) => a.start - b.start);
    expect(first).toMatchObject({
      status: 'ERROR',
      attributes: { 'error.type': 'trainer_crashed', 'mlops.training.attempt': 1 },
      links: [],
    });
    expect(second).toMatchObject({
      status: 'UNSET',
      attributes: { 'mlops.training.outcome': 'success', 'mlops.training.attempt': 2 },
      links: [{ traceId: first?.traceId, spanId: first?.spanId }],
    });
    const killed = story.find(
      (span) => span.name === 'trainer process' && span.parentSpanId === first?.spanId,
    );
    expect(killed).toMatchObject({ status: 'ERROR', attributes: { 'error.type': 'killed' } });
  });

  test('has the conventions’ attributes of messaging', () => {
    const messaging = (kind: string) => story.find((span) => span.kind === kind)?.attributes;
    const message = {
      'messaging.system': 'pg-boss',
      'messaging.destination.name': 'training',
      'messaging.message.id': run.id,
    };
    expect(messaging('PRODUCER')).toMatchObject({ ...message, 'messaging.operation.type': 'send' });
    expect(messaging('CONSUMER')).toMatchObject({ ...message, 'messaging.operation.type': 'process' });
  });

  test('has every stage within the time of what it is a part of', () => {
    const byId = new Map(story.map((span) => [span.spanId, span]));
    for (const { name, role, start, end, parentSpanId } of story) {
      const parent = byId.get(parentSpanId);
      if (role !== 'worker' || parent?.role !== 'worker') continue;
      // Each begins to count at a whole millisecond of the wall's clock.
      expect(start - parent.start, name).toBeGreaterThan(-2);
      expect(parent.end - end, name).toBeGreaterThan(-2);
    }
  });

  test('is told by the API too, from its own record', () => {
    expect(told).toMatchObject({ name: 'training run', started_at: run['queued_at'], error_type: null });
    expect(told.children.map(({ name, error_type }) => [name, error_type])).toEqual([
      ['waiting', null],
      ['attempt', 'trainer_crashed'],
      ['waiting', null],
      ['attempt', null],
    ]);
    const stages = told.children[3]?.children ?? [];
    expect(stages.map(({ name }) => name)).toEqual([
      ...['read', 'prepare', 'search', 'fit', 'evaluate', 'refit', 'export'],
      'store model',
    ]);
    for (const { duration_seconds } of stages) expect(duration_seconds).toBeGreaterThanOrEqual(0);
    expect(stages[2]?.children.map(({ name }) => name)).toEqual(['trial', 'trial', 'trial']);
  });

  test('is found in the log by the same trace', () => {
    const lines = sink.logs.filter(({ traceId }) => traceId === run['trace_id']).map(({ body }) => body);
    expect(lines).toEqual(expect.arrayContaining(['training started', 'training succeeded']));
  });

  test('leaves the upload a trace of its own, with what its inspector did', () => {
    const [upload] = sink.spans.filter(({ name }) => name === 'POST /api/ml/v1/datasets/upload');
    const own = sink.spans.filter(({ traceId }) => traceId === upload?.traceId);
    const inspector = own.find(({ name }) => name === 'inspect process');
    expect(inspector?.parentSpanId).toBe(upload?.spanId);
    const stages = own.filter(({ parentSpanId }) => parentSpanId === inspector?.spanId);
    expect(stages.map(({ name }) => name)).toEqual(['scan', 'profile']);
  });
});

describe('of two processes that are asked for everything, and send JSON', () => {
  let stack: AsyncDisposableStack;
  let sink: OtlpSink;
  let api: Service;
  let worker: Service;
  let restartWorker: () => Promise<Service>;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    sink = stack.use(await startSink());
    const env = {
      DATASET_TTL_DAYS: '1',
      TRAINING__MAX_RETRIES: '10',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    ({ api, worker, restartWorker } = await startPair(sink, stack, env));
  });
  afterAll(() => stack.disposeAsync());

  const spanOf = (traceId: unknown, name: string, holds: (span: SeenSpan) => boolean = () => true) =>
    eventually(async () =>
      sink.spans.find((span) => span.traceId === traceId && span.name === name && holds(span)),
    );

  test('a run that its data fails ends in error, with the type that the run has', async () => {
    const dataset = await api.api.upload('one.csv', `a,target\n${'1,1\n'.repeat(50)}`);
    const run = await api.api.train(dataset.dataset_id, { task: 'classification' });
    expect(run).toMatchObject({ status: 'failed', error_type: 'single_class' });
    const attempt = await spanOf(run['trace_id'], 'process training');
    await spanOf(run['trace_id'], 'POST /api/ml/v1/training-runs');
    const story = sink.spans.filter(({ traceId }) => traceId === run['trace_id']);
    console.log(`a failed run\n${printTree(story)}`);
    expect(attempt).toMatchObject({
      status: 'ERROR',
      attributes: { 'error.type': 'single_class', 'mlops.run.id': run.id },
    });
    // The process did what it was asked.
    expect(story.find(({ name }) => name === 'trainer process')?.status).toBe('UNSET');
  });

  test('a run that is cancelled has no error in it, nor has what a client gives up', async () => {
    const dataset = await api.api.upload('noise.csv', noisyTable(), 'heavy');
    const request = { dataset_id: dataset.dataset_id, mode: 'heavy' };
    const { id } = await api.api.json<Run>(await api.api.post('/training-runs', request));
    await eventually(async () => (await api.api.run(id))['progress_details'] !== null);
    const waiting = await api.api.json<Run>(await api.api.post('/training-runs', request));
    await (await api.api.post(`/training-runs/${waiting.id}/cancel`, {})).text();
    await (await api.api.post(`/training-runs/${id}/cancel`, {})).text();
    const run = await api.api.ended(id);
    expect(run.status).toBe('cancelled');
    const attempt = await spanOf(run['trace_id'], 'process training');
    await spanOf(run['trace_id'], 'POST /api/ml/v1/training-runs');
    const story = sink.spans.filter(({ traceId }) => traceId === run['trace_id']);
    console.log(`a cancelled run\n${printTree(story)}`);
    expect(attempt.attributes).toMatchObject({ 'mlops.training.outcome': 'cancelled' });
    expect(story.filter(({ status }) => status === 'ERROR')).toEqual([]);
    expect(story.map(({ name }) => name)).toContain('trainer process');

    // The one that nobody had begun with ends where that is asked for.
    const asked = await eventually(async () =>
      sink.spans.find(
        ({ name, attributes }) =>
          name === 'POST /api/ml/v1/training-runs/:id/cancel' && attributes['mlops.run.id'] === waiting.id,
      ),
    );
    const line = await eventually(async () =>
      api.log.find((each) => each['msg'] === 'training cancelled' && each['run'] === waiting.id),
    );
    expect(line['trace_id']).toBe(asked.traceId);

    const cutOff = openRequest(`${api.origin}/api/ml/v1/datasets/upload?name=cut.csv`, 'POST');
    // More than is looked at before it is stored.
    cutOff.request.write(`a,b\n${'1,2\n'.repeat(50_000)}`);
    await eventually(async () =>
      (await api.api.metrics()).includes('http_server_active_requests{http_request_method="POST"} 1'),
    );
    cutOff.request.destroy();
    const received = await eventually(async () => {
      const cut = sink.spans.find(({ attributes }) => attributes['http.response.status_code'] === 499);
      return (
        cut && sink.spans.find(({ traceId, name }) => traceId === cut.traceId && name === 'receive table')
      );
    });
    expect([received.status, received.attributes]).toEqual(['UNSET', {}]);
  });

  test('what is sent is that', () => {
    expect(contentTypes(sink)).toEqual(new Set(['application/json']));
  });

  test('a table’s predictions are told with what their process did', async () => {
    const dataset = await api.api.uploadFile('wine_train.csv');
    const { artifact_id } = await api.api.train(dataset.dataset_id);
    const answer = await api.api.call(`/artifacts/${artifact_id}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: await readFile(dataFile('wine_test.csv')),
    });
    expect(answer.status).toBe(200);
    await answer.text();
    const process = await eventually(async () => sink.spans.find(({ name }) => name === 'batch process'));
    const request = await spanOf(process.traceId, 'POST /api/ml/v1/artifacts/:id/predict/table');
    expect(process.parentSpanId).toBe(request.spanId);
    const stages = sink.spans.filter(({ parentSpanId }) => parentSpanId === process.spanId);
    expect(stages.map(({ name }) => name)).toEqual(['load model', 'score']);
  });

  test('an agent’s call is told by its tool, with all that it leads to; a refused one is in error, its answer names it', async () => {
    const dataset = await api.api.uploadFile('wine_train.csv');
    await (await callTool(api.origin, 'train', { dataset_id: dataset.dataset_id })).text();
    const call = await eventually(async () => sink.spans.find(({ name }) => name === 'tools/call train'));
    expect(call).toMatchObject({
      kind: 'SERVER',
      status: 'UNSET',
      attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'train', 'jsonrpc.request.id': '7' },
    });
    const request = await spanOf(call.traceId, 'POST /mcp');
    expect(call.parentSpanId).toBe(request.spanId);
    expect(request.attributes).not.toHaveProperty(['mlops.run.id']);
    const sent = await spanOf(call.traceId, 'send training');
    expect(sent.parentSpanId).toBe(call.spanId);
    const attempt = await spanOf(call.traceId, 'process training');
    expect(attempt.parentSpanId).toBe(sent.spanId);
    expect(call.attributes['mlops.run.id']).toBe(attempt.attributes['mlops.run.id']);

    const refused = await (
      await callTool(api.origin, 'upload_table', { name: 'a.csv', text: 'a,b\n1\n' })
    ).text();
    const [, traceId] = /trace_id[\\":]+([\da-f]{32})/.exec(refused) ?? [];
    expect(await spanOf(traceId, 'tools/call upload_table')).toMatchObject({
      status: 'ERROR',
      attributes: { 'error.type': 'tool_error' },
    });
  });

  test('an error’s answer names the trace of its request, which an unforeseen one marks', async () => {
    const refused = await api.api.json(await api.api.post('/training-runs', { dataset_id: 'none' }));
    const request = await spanOf(refused['trace_id'], 'POST /api/ml/v1/training-runs');
    expect(request).toMatchObject({ status: 'UNSET', attributes: { 'http.response.status_code': 400 } });
  });

  test('an attempt that is handed back is no error, and the next one names it', async () => {
    const dataset = await api.api.upload('noise.csv', noisyTable(), 'heavy');
    const request = { dataset_id: dataset.dataset_id, mode: 'heavy', params: { max_trials: 2 } };
    const queued = await api.api.json<Run>(await api.api.post('/training-runs', request));
    // Held, or it might end in the time that it is given.
    using _ = hold(await trainersOf(worker, api, queued.id));
    const underWay = await api.api.json<Node>(await api.api.call(`/training-runs/${queued.id}/trace`));
    const attempt = underWay.children.at(-1);
    expect(attempt).toMatchObject({ name: 'attempt', duration_seconds: null });
    expect(attempt?.children[0]?.name).toBe('read');
    await worker.stop();
    const handedBack = await spanOf(queued['trace_id'], 'process training');
    expect(handedBack).toMatchObject({ status: 'UNSET', attributes: { 'mlops.job.handed_back': true } });
    const isInError = ({ traceId, status }: SeenSpan) => traceId === handedBack.traceId && status === 'ERROR';
    expect(sink.spans.filter(isInError)).toEqual([]);

    worker = await restartWorker();
    await eventually(async () => (await api.api.run(queued.id)).status === 'running');
    // Killed, its attempt is never told of; the one after it names it all the same.
    await worker.stop('SIGKILL');
    worker = await restartWorker();
    const run = await api.api.ended(queued.id);
    expect(run).toMatchObject({ status: 'succeeded', trace_id: queued['trace_id'] });
    const last = await spanOf(run['trace_id'], 'process training', ({ links }) => links.length > 0);
    expect(last.attributes).toMatchObject({ 'mlops.training.attempt': 2 });
    expect(last.links.map(({ spanId }) => spanId)).not.toContain(handedBack.spanId);
  });

  test('nothing that comes again and again begins a trace: no probe, no scrape, no poll, no notification', async () => {
    for (const { api: one } of [api, worker])
      for (const path of ['/api/health', '/api/ready', '/metrics']) await (await one.call(path)).text();
    const sweep = await eventually(async () =>
      sink.spans.find(({ name }) => name === 'process dataset-clean-up'),
    );
    await spanOf(sweep.traceId, 'remove expired datasets');
    await api.stop();
    await worker.stop();
    const roots = new Set(
      sink.spans.filter(({ parentSpanId }) => parentSpanId === '').map(({ name }) => name),
    );
    expect([...roots].sort()).toEqual([
      'GET /api/ml/v1/training-runs/:id',
      'GET /api/ml/v1/training-runs/:id/events',
      'GET /api/ml/v1/training-runs/:id/trace',
      'POST /api/ml/v1/artifacts/:id/predict/table',
      'POST /api/ml/v1/datasets/upload',
      'POST /api/ml/v1/training-runs',
      'POST /api/ml/v1/training-runs/:id/cancel',
      'POST /mcp',
      'process dataset-clean-up',
    ]);
    // As long as a run may take, its supervision is a handful of spans.
    const queries = Map.groupBy(
      sink.spans.filter(({ kind }) => kind === 'CLIENT'),
      ({ traceId }) => traceId,
    );
    expect(Math.max(...[...queries.values()].map(({ length }) => length))).toBeLessThan(60);
  });
});

test('a clean-up that could not remove a file is in error, as it is counted', async () => {
  await using sink = await startSink();
  await using deployment = await freshDeployment();
  const { api, stop } = await deployment.start({
    ROLE: 'api',
    DATASET_TTL_DAYS: '0.0000001',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
  });
  const { dataset_id } = await api.uploadFile('wine_train.csv');
  const file = join(deployment.root, 'objects', 'datasets', dataset_id);
  await rm(file);
  await mkdir(file);
  await (await api.call('/datasets/expired', { method: 'DELETE' })).text();
  expect(await api.metrics()).toMatch(/dataset_ttl_cycles_total\{result="failure"\} 1$/m);
  await stop();
  expect(sink.spans.find(({ name }) => name === 'remove expired datasets')).toMatchObject({
    status: 'ERROR',
    attributes: { 'error.type': 'storage', 'mlops.datasets.removed': 1, 'mlops.files.failed': 1 },
  });
});

test.each([
  ['as clients are believed', {}, true],
  ['though they are not', { OTEL_PROPAGATORS: 'none' }, false],
])(
  '%s, one trace tells a run, and nothing but that is kept with it: no baggage',
  async (_, env, isBelieved) => {
    await using sink = await startSink();
    await using deployment = await freshDeployment();
    const service = await deployment.start({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
    const dataset = await service.api.uploadFile('wine_train.csv');
    const callers = '0af7651916cd43dd8448eb211c80319c';
    const queued = await service.api.post(
      '/training-runs',
      { dataset_id: dataset.dataset_id, mode: 'light' },
      { traceparent: `00-${callers}-b7ad6b7169203331-01`, tracestate: 'vendor=1', baggage: 'user=somebody' },
    );
    const run = await service.api.ended((await service.api.json<Run>(queued)).id);
    await service.stop();
    expect(run.status).toBe('succeeded');
    expect(run['trace_id'] === callers).toBe(isBelieved);
    const story = sink.spans.filter(({ traceId }) => traceId === run['trace_id']).map(({ name }) => name);
    expect(story).toEqual(expect.arrayContaining(['send training', 'process training', 'store model']));

    await using database = openDatabase(deployment.databaseUrl, pino({ level: 'silent' }));
    const { rows } = await sql<{ kept: unknown }>`
    select trace_context::jsonb as kept from training_runs
    union all select data->'context' from pgboss.job where name = 'training'
  `.execute(database.sql);
    const traceparent = expect.stringContaining(String(run['trace_id']));
    const kept = isBelieved ? { traceparent, tracestate: 'vendor=1' } : { traceparent };
    expect(rows).toEqual([{ kept }, { kept }]);
  },
);

test('without an exporter a run has the request’s trace all the same, and so have the lines of its training', async () => {
  await using service = await startDeployed();
  const dataset = await service.api.uploadFile('wine_train.csv');
  const run = await service.api.train(dataset.dataset_id);
  expect(run['trace_id']).toMatch(/^[\da-f]{32}$/);
  // Its log is read to the end when the service has ended.
  await service.stop();
  const lines = service.log.filter(({ trace_id }) => trace_id === run['trace_id']).map(({ msg }) => msg);
  expect(lines.sort()).toEqual(['request', 'training started', 'training succeeded']);
});
