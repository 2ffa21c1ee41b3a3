import pg from 'pg';
import { expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { freshDeployment } from '../support/deployment.ts';
import { freePort } from '../support/free-port.ts';
import { callTool, postMcp } from '../support/mcp.ts';
import { startSink } from '../support/otlp/sink.ts';
import { exchange } from '../support/raw-http.ts';
import { runMain } from '../support/service.ts';

/** Never to be seen by anybody. */
const SECRETS = {
  adminKey: 'planted-admin-key-0123456789',
  metricsToken: 'planted-metrics-token',
  collectorKey: 'planted-collector-key',
  databasePassword: 'planted-database-password',
  storageKey: 'planted-storage-key',
};
/** Of others: who sent them may read them in an answer. */
const SENT = {
  wrongKey: 'planted-wrong-key-0123456789',
  cookie: 'planted-cookie',
  header: 'planted-header',
  baggage: 'planted-baggage',
  query: 'planted-query',
  fileName: 'planted-file-name',
  cell: 'planted-cell-of-the-table',
  badCell: 'planted-bad-cell',
  columnName: 'planted-column',
  body: 'planted-body',
  key: 'planted-prediction-key',
  outcome: 'planted-outcome',
  tag: 'planted-tag',
  note: 'planted-note',
  argument: 'planted-argument',
  tool: 'planted-tool',
};
const PLANTED = { ...SECRETS, ...SENT };

/** Which of these stand in what was written or sent, by the way it went. */
const foundIn = (left: Readonly<Record<string, string>>, planted: Readonly<Record<string, string>>) =>
  Object.entries(left).flatMap(([way, text]) =>
    Object.entries(planted).flatMap(([what, value]) =>
      text.toLowerCase().includes(value) ? [`${what} by ${way}`] : [],
    ),
  );

const table = (value: string) =>
  `a,b,target\n${Array.from({ length: 60 }, (_, i) => `${i},${value}-${i % 3},${i % 2}`).join('\n')}\n`;

test('no secret leaves by the log, a trace, a metric or a log record, no cell of a table, and nothing else of a body, a query or a header', async () => {
  await using sink = await startSink();
  await using deployment = await freshDeployment();
  const url = new URL(deployment.databaseUrl);
  // Whoever may connect without one is not asked for it.
  url.password = SECRETS.databasePassword;
  const service = await deployment.start({
    DATABASE_URL: url.href,
    LOG_LEVEL: 'trace',
    AUTH__MODE: 'keys',
    AUTH__ADMIN_KEY: SECRETS.adminKey,
    PROMETHEUS__BEARER_TOKEN: SECRETS.metricsToken,
    S3__ACCESS_KEY: SECRETS.storageKey,
    S3__SECRET_KEY: SECRETS.storageKey,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRETS.collectorKey}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    // Told of at the start, without its value.
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: SECRETS.collectorKey,
  });
  const { api, origin } = service;
  let stderr = '';
  service.process.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const answers: string[] = [];
  const statuses = new Map<string, number>();
  const answered = async (what: string, response: Promise<Response>) => {
    const { status, ...answer } = await response.then(async (each) => ({
      status: each.status,
      headers: [...each.headers],
      body: await each.text(),
    }));
    statuses.set(what, status);
    answers.push(JSON.stringify(answer));
  };
  const authorization = { authorization: `Bearer ${SECRETS.adminKey}` };
  const put = (path: string, method: string, body: unknown) =>
    api.call(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  // What goes well, what is refused, and what fails, each with something planted.
  const dataset = await api.upload(`${SENT.fileName}.csv`, table(SENT.cell));
  const run = await api.train(dataset.dataset_id, { seed: 1 });
  expect(run.status).toBe('succeeded');
  const artifact = `/artifacts/${run.artifact_id}`;
  const predict = `${artifact}/predict`;
  const asTable = (path: string, body: string | Buffer, type = 'text/csv') =>
    api.call(path, { method: 'POST', headers: { 'content-type': type }, body });
  const requests: Record<string, () => Promise<Response>> = {
    'a prediction of a bad row': () => api.post(predict, { rows: [{ a: SENT.badCell, b: SENT.cell }] }),
    'a prediction of an unknown column': () => api.post(predict, { rows: [{ [SENT.columnName]: 1 }] }),
    'a kept prediction': () => api.post(predict, { rows: [{ a: 1, b: SENT.cell }], keys: [SENT.key] }),
    'a prediction kept under no text': () =>
      api.post(predict, { rows: [{ a: 1, b: SENT.cell }], keys: [`${SENT.key}\0`] }),
    'an outcome': () =>
      api.post(`${artifact}/feedback`, { outcomes: [{ key: SENT.key, actual: SENT.outcome }] }),
    'an outcome of no text': () =>
      api.post(`${artifact}/feedback`, { outcomes: [{ key: `${SENT.key}\0`, actual: `${SENT.outcome}\0` }] }),
    'an outcome that is no field': () =>
      api.post(`${artifact}/feedback`, { [SENT.outcome]: [{ key: SENT.key }] }),
    'a bad table': () => asTable(predict, `a,b\n1,${SENT.cell}\n${SENT.badCell},x\n`),
    'a broken table': () => asTable(predict, `a,b\n1,"${SENT.badCell}\n`),
    'a table with others columns': () => asTable(predict, `${SENT.columnName}\n${SENT.badCell}\n`),
    'a kept table': () => asTable(`${predict}?keep=true&key=k`, `a,b,k\n1,${SENT.cell},${SENT.key}-2\n`),
    'a table kept under keys that are there twice': () =>
      asTable(
        `${predict}?keep=true&key=k`,
        `a,b,k\n1,${SENT.cell},${SENT.key}-3\n1,${SENT.cell},${SENT.key}-3\n`,
      ),
    'a table as Parquet that is none': () =>
      asTable(predict, Buffer.from(`PAR1${SENT.badCell}PAR1`), 'application/vnd.apache.parquet'),
    'an upload of ragged rows': () =>
      api.uploadRaw('ragged.csv', `${table(SENT.cell)}${SENT.badCell},${SENT.badCell}\n`),
    'an upload with an open quote': () =>
      api.uploadRaw('quote.csv', `${table(SENT.cell)}1,"${SENT.badCell},2\n`),
    'an upload with a column twice': () =>
      api.uploadRaw('twice.csv', `${SENT.columnName},${SENT.columnName}\n1,2\n3,4\n`),
    'an upload of broken lines': () =>
      api.uploadRaw('a.ndjson', `{"a":1,"target":"${SENT.badCell}"}\n{"a":${SENT.badCell}}\n`),
    'an upload of lines with NUL': () =>
      api.uploadRaw('b.ndjson', `{"a":"${SENT.badCell}\\u0000","${SENT.columnName}\\u0000":1}\n`.repeat(3)),
    'an upload of Parquet that is none': () =>
      api.uploadRaw('c.parquet', Buffer.from(`PAR1${SENT.badCell.repeat(9)}PAR1`)),
    'an upload of a workbook that is none': () =>
      api.uploadRaw('d.xlsx', Buffer.from(`PK\x03\x04${SENT.badCell.repeat(9)}`)),
    'an upload under an impossible name': () => api.uploadRaw(`${SENT.fileName}\0.csv`, table(SENT.cell)),
    'a run of nothing': () => api.post('/training-runs', { dataset_id: SENT.body, mode: SENT.body }),
    'a run for no column': () =>
      api.post('/training-runs', {
        dataset_id: dataset.dataset_id,
        mode: 'light',
        target: `${SENT.columnName}\0`,
      }),
    'a run with a parameter that is none': () =>
      api.post('/training-runs', {
        dataset_id: dataset.dataset_id,
        mode: 'light',
        params: { [SENT.body]: 1 },
      }),
    'a body that is no JSON': () =>
      api.call('/training-runs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: SENT.body,
      }),
    'tags and a note': () =>
      put(`/training-runs/${run.id}`, 'PATCH', { tags: { [SENT.tag]: SENT.tag }, note: SENT.note }),
    'a tag of no text': () =>
      put(`/datasets/${dataset.dataset_id}`, 'PATCH', { tags: { [`${SENT.tag}\0`]: `${SENT.tag}\0` } }),
    'a search': () => api.call(`/datasets?q=${SENT.query}&tag=${SENT.tag}`),
    'a search for no text': () => api.call(`/datasets?q=${SENT.query}%00`),
    'an unknown parameter': () => api.call(`/datasets?${SENT.query}=${SENT.query}`),
    'a comparison with nothing': () =>
      api.call(`/datasets/${dataset.dataset_id}/runs/compare?runs=${SENT.query}`),
    'a wrong key': () => api.call('/datasets', { headers: { authorization: `Bearer ${SENT.wrongKey}` } }),
    'a wrong metrics key': () =>
      api.call('/metrics', { headers: { authorization: `Bearer ${SENT.wrongKey}` } }),
    'headers of its own': () =>
      api.call('/datasets', {
        headers: {
          cookie: `session=${SENT.cookie}`,
          [`x-${SENT.header}`]: SENT.header,
          baggage: `user=${SENT.baggage}`,
        },
      }),
    'a run with baggage': () =>
      api.post(
        '/training-runs',
        { dataset_id: dataset.dataset_id, mode: 'light' },
        { baggage: `user=${SENT.baggage}` },
      ),
    'a tool': () =>
      callTool(
        origin,
        'upload_table',
        { name: `${SENT.argument}.csv`, text: table(SENT.cell) },
        authorization,
      ),
    'a tool that refuses': () =>
      callTool(origin, 'upload_table', { name: 'a.csv', text: `a,b\n${SENT.badCell}\n` }, authorization),
    'a tool with bad arguments': () =>
      callTool(origin, 'explain_run', { run_id: SENT.argument }, authorization),
    'a tool that is none': () => callTool(origin, SENT.tool, { [SENT.argument]: 1 }, authorization),
    'no message of an agent': () => postMcp(origin, `{"${SENT.body}`, authorization),
    'an agent without a key': () =>
      callTool(origin, 'list_runs', {}, { authorization: `Bearer ${SENT.wrongKey}` }),
  };
  for (const [what, send] of Object.entries(requests)) await answered(what, send());
  const single = await api.upload('single.csv', table(SENT.cell).replaceAll(/,[01]$/gm, `,${SENT.cell}`));
  expect((await api.train(single.dataset_id)).status).toBe('failed');
  answers.push(await exchange(origin, `GET /${SENT.query} HTTP/1.1\r\n${SENT.header}\r\n\r\n`));
  // Nothing that was sent is more than somebody's mistake.
  expect([...statuses].filter(([, status]) => status >= 500)).toEqual([]);

  // The database drops every connection, and says so in its own words.
  const intruder = new pg.Client(deployment.databaseUrl);
  await intruder.connect();
  await intruder.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await intruder.end();
  await eventually(async () => service.log.some(({ msg }) => msg === 'idle database connection lost'));
  await eventually(async () => (await api.call(`/datasets?q=${SENT.query}`)).ok);

  const scraped = await api.call('/metrics', {
    headers: { authorization: `Bearer ${SECRETS.metricsToken}` },
  });
  const metrics = await scraped.text();
  expect(scraped.status).toBe(200);
  await service.stop();

  expect(sink.spans.length).toBeGreaterThan(100);
  expect(sink.logs.length).toBeGreaterThan(50);
  expect(sink.requests.every(({ headers }) => headers['authorization'] === SECRETS.collectorKey)).toBe(true);
  const left = {
    log: JSON.stringify(service.log),
    stderr,
    metrics,
    otlp: Buffer.concat(sink.received).toString(),
  };
  expect(foundIn(left, PLANTED)).toEqual([]);
  expect(foundIn({ answers: answers.join('\n') }, { ...SECRETS, wrongKey: SENT.wrongKey })).toEqual([]);
});

test('a start that fails, and an exporter that is refused, tell neither the password nor the key', async () => {
  await using refusing = await startSink((response) => response.writeHead(401).end());
  const { code, stdout, stderr } = await runMain({
    DATABASE_URL: `postgres://mlops:${SECRETS.databasePassword}@127.0.0.1:${await freePort()}/mlops`,
    OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRETS.collectorKey}`,
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: SECRETS.collectorKey,
    OTEL_LOG_LEVEL: 'debug',
  });
  expect(code).toBe(1);
  expect(stdout).toContain('could not start');
  expect(stderr).toContain('telemetry: OTEL_EXPORTER_OTLP_TRACES_HEADERS: must be name=value');
  expect(refusing.requests.map(({ headers }) => headers['authorization'])).toContain(SECRETS.collectorKey);
  expect(foundIn({ stdout, stderr }, SECRETS)).toEqual([]);
});
