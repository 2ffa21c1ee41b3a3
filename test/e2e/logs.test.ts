import { expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { freshDeployment, startDeployed } from '../support/deployment.ts';
import { startSink } from '../support/otlp/sink.ts';

const requestsOf = (log: readonly Record<string, unknown>[]) => log.filter(({ msg }) => msg === 'request');

test.each([
  ['with telemetry', {}],
  ['without', { PROMETHEUS__ENABLED: 'false' }],
])(
  '%s every request has one line: route, status, duration, bytes; probes and scrapes have none',
  async (_, env) => {
    await using service = await startDeployed(env);
    const { api } = service;
    const upload = await api.uploadFile('wine_train.csv');
    const answer = await (await api.call(`/datasets/${upload.dataset_id}`)).text();
    await (await api.call('/datasets/none?secret=1')).text();
    for (const path of ['/api/health', '/api/ready', '/metrics']) await (await api.call(path)).text();
    await (await api.call('/nowhere')).text();
    const lines = await eventually(async () => {
      const found = requestsOf(service.log);
      return found.length >= 4 && found;
    });
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['POST', '/api/ml/v1/datasets/upload', 201],
      ['GET', '/api/ml/v1/datasets/:id', 200],
      ['GET', '/api/ml/v1/datasets/:id', 400],
      ['GET', undefined, 404],
    ]);
    expect(lines[0]?.['received_bytes']).toBe(upload['size_bytes']);
    expect(lines[1]?.['sent_bytes']).toBe(Buffer.byteLength(answer));
    for (const { duration_ms, level } of lines) {
      expect(duration_ms).toBeGreaterThan(0);
      expect(level).toBe(30);
    }
    const traces = new Set(lines.map(({ trace_id }) => trace_id));
    if ('PROMETHEUS__ENABLED' in env) expect(traces).toEqual(new Set([undefined]));
    else expect(traces.size).toBe(4);
  },
);

test('lines sent by OTLP are those of standard output: level, words, facts and trace', async () => {
  await using sink = await startSink();
  await using service = await startDeployed({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
  });
  const dataset = await service.api.uploadFile('wine_train.csv');
  await service.api.train(dataset.dataset_id);
  await service.stop();
  const levels: Record<number, string> = { 30: 'info', 40: 'warn', 50: 'error' };
  const written = service.log.map(
    ({ level, msg, trace_id = '', time, pid, hostname, span_id, trace_flags, ...facts }) => [
      levels[level as number],
      msg,
      trace_id,
      JSON.stringify(facts),
    ],
  );
  const sent = sink.logs.map(({ severity, body, traceId, attributes }) => [
    severity,
    body,
    traceId,
    JSON.stringify(attributes),
  ]);
  // The last one is written when all else is sent.
  expect(written.at(-1)?.[1]).toBe('stopped');
  expect(sent).toEqual(written.slice(0, -1));
  expect(sent.length).toBeGreaterThan(5);
});

test('no secret and no cell of a table leaves by the log, a trace, a metric or a log record', async () => {
  const planted = {
    adminKey: 'planted-admin-key-0123456789',
    wrongKey: 'planted-wrong-key-0123456789',
    metricsToken: 'planted-metrics-token',
    collectorKey: 'planted-collector-key',
    databasePassword: 'planted-database-password',
    cell: 'planted-cell-of-the-table',
    badCell: 'planted-bad-cell',
    body: 'planted-body',
  };
  await using sink = await startSink();
  await using deployment = await freshDeployment();
  const url = new URL(deployment.databaseUrl);
  // Whoever may connect without one is not asked for it.
  url.password = planted.databasePassword;
  const service = await deployment.start({
    DATABASE_URL: url.href,
    LOG_LEVEL: 'trace',
    AUTH__MODE: 'keys',
    AUTH__ADMIN_KEY: planted.adminKey,
    PROMETHEUS__BEARER_TOKEN: planted.metricsToken,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${planted.collectorKey}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  const { api } = service;
  let stderr = '';
  service.process.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const rows = (value: string) =>
    `a,b,target\n${Array.from({ length: 60 }, (_, i) => `${i},${value}-${i % 3},${i % 2}`).join('\n')}\n`;

  // What goes well, what is refused, and what fails, each with something planted.
  const dataset = await api.upload('good.csv', rows(planted.cell));
  const run = await api.train(dataset.dataset_id, { seed: 1 });
  expect(run.status).toBe('succeeded');
  const predict = `/artifacts/${run.artifact_id}/predict`;
  await api.post(predict, { rows: [{ a: planted.badCell, b: planted.cell }] });
  await api.post(predict, { rows: [{ [planted.body]: 1 }] });
  const table = (body: string) =>
    api.call(predict, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
  await (await table(`a,b\n1,${planted.cell}\n${planted.badCell},x\n`)).text();
  await (await table(`a,b\n1,"${planted.badCell}\n`)).text();
  await api.uploadRaw('ragged.csv', `${rows(planted.cell)}${planted.badCell},${planted.badCell}\n`);
  await api.uploadRaw('quote.csv', `${rows(planted.cell)}1,"${planted.badCell},2\n`);
  await api.uploadRaw('lines.ndjson', `{"a":1,"target":"${planted.badCell}"}\n{"a":${planted.badCell}}\n`);
  const single = await api.upload(
    'single.csv',
    rows(planted.cell).replaceAll(/,[01]$/gm, `,${planted.cell}`),
  );
  expect((await api.train(single.dataset_id)).status).toBe('failed');
  await api.post('/training-runs', { dataset_id: planted.body, mode: planted.body });
  await api.call('/datasets', { headers: { authorization: `Bearer ${planted.wrongKey}` } });
  await api.call('/metrics', { headers: { authorization: `Bearer ${planted.wrongKey}` } });
  const scraped = await api.call('/metrics', {
    headers: { authorization: `Bearer ${planted.metricsToken}` },
  });
  const metrics = await scraped.text();
  expect(scraped.status).toBe(200);
  await service.stop();

  expect(sink.spans.length).toBeGreaterThan(50);
  expect(sink.logs.length).toBeGreaterThan(10);
  expect(sink.requests.every(({ headers }) => headers['authorization'] === planted.collectorKey)).toBe(true);
  const left = {
    log: JSON.stringify(service.log),
    stderr,
    metrics,
    otlp: Buffer.concat(sink.received).toString(),
  };
  const found = Object.entries(left).flatMap(([way, text]) =>
    Object.entries(planted).flatMap(([what, secret]) => (text.includes(secret) ? [`${what} by ${way}`] : [])),
  );
  expect(found).toEqual([]);
});
