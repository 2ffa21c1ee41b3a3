import { readFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { sample } from '../support/exposition.ts';
import { postMcp } from '../support/mcp.ts';
import { expectProblem } from '../support/problem.ts';
import type { Service } from '../support/service.ts';

const KEY = 'correct-horse-battery-staple';

let service: Service;
beforeAll(async () => {
  service = await startDeployed({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: KEY });
});
afterAll(() => service[Symbol.asyncDispose]());

async function connect(headers: Record<string, string> = { authorization: `Bearer ${KEY}` }) {
  const client = new Client({ name: 'test', version: '0' });
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', service.origin), {
    requestInit: { headers },
  });
  // Its optional members are not written for exact ones.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return client;
}

type Told = Record<string, unknown>;

async function call(client: Client, name: string, args: Told = {}): Promise<Told> {
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
  expect([name, result.isError ?? false, result.content]).toEqual([name, false, expect.anything()]);
  return result.structuredContent as Told;
}

test('an agent uploads a table, trains, watches, explains, keeps and asks the model, and reads why an alert fires', async () => {
  const client = await connect();
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual([
    'explain_alert',
    'explain_run',
    'keep_model',
    'list_alerts',
    'list_datasets',
    'list_models',
    'list_runs',
    'model_drift',
    'predict',
    'profile_dataset',
    'service_metrics',
    'train',
    'upload_table',
    'watch_run',
  ]);

  const text = await readFile(new URL('../data/wine_train.csv', import.meta.url), 'utf8');
  const { dataset_id } = await call(client, 'upload_table', { name: 'wine.csv', text });
  const dataset = (await call(client, 'profile_dataset', { dataset_id })) as { profile: { name: string }[] };
  const [header = '', first = ''] = text.split(/\r?\n/);
  expect(dataset.profile.map(({ name }) => name)).toEqual(header.split(','));

  const { id: run_id } = await call(client, 'train', {
    dataset_id,
    mode: 'heavy',
    params: { max_trials: 2 },
  });
  const progress: number[] = [];
  const watch = async () => {
    const { structuredContent } = (await client.callTool(
      { name: 'watch_run', arguments: { run_id } },
      undefined,
      {
        onprogress: ({ progress: now }) => progress.push(now),
      },
    )) as CallToolResult;
    return structuredContent as Told;
  };
  let watched = await watch();
  // On a busy machine the run may take longer than one call waits.
  while (['queued', 'running'].includes(watched['status'] as string)) watched = await watch();
  expect(watched).toMatchObject({ id: run_id, status: 'succeeded' });
  expect(progress.length).toBeGreaterThan(0);

  const explained = await call(client, 'explain_run', { run_id });
  expect(explained).toMatchObject({
    run: { metrics: { accuracy: expect.any(Number) } },
    trace: { name: expect.any(String) },
  });

  await call(client, 'keep_model', { name: 'wine', run_id, alias: 'production' });
  const values = first.split(',');
  const row = Object.fromEntries(header.split(',').map((name, i) => [name, Number(values[i])]));
  const { predictions, explanation } = await call(client, 'predict', {
    model: 'wine@production',
    rows: [row],
    explain: true,
  });
  expect([predictions, explanation]).toEqual([[expect.anything()], expect.anything()]);

  expect(await call(client, 'list_alerts')).toMatchObject({ alertmanager: 'unconfigured', firing: [] });
  expect(await call(client, 'explain_alert', { name: 'UploadsRefused' })).toMatchObject({
    runbook: expect.stringContaining('Meaning'),
    metrics: expect.arrayContaining([
      { metric: 'mlops_backend_dataset_uploads_total', labels: { mode: 'light' }, value: 1 },
    ]),
  });
  await client.close();

  // What an agent does is counted as what anybody does.
  const page = await (await service.api.call('/metrics')).text();
  expect(sample(page, 'mlops_backend_dataset_uploads_total', { mode: 'light' })).toBe(1);
});

test('a problem is told in the words of the API, with its code', async () => {
  const client = await connect();
  const result = (await client.callTool({
    name: 'upload_table',
    arguments: { name: 'empty.csv', text: '' },
  })) as CallToolResult;
  expect(result.isError).toBe(true);
  expect(JSON.stringify(result.content)).toContain('\\"code\\":\\"empty\\"');
  await client.close();
});

test('a run that takes longer than is waited for is told as it is', async () => {
  const client = await connect();
  const text = await readFile(new URL('../data/wine_train.csv', import.meta.url), 'utf8');
  const { dataset_id } = await call(client, 'upload_table', { name: 'again.csv', text });
  const { id: run_id } = await call(client, 'train', { dataset_id, mode: 'heavy' });
  const { status } = await call(client, 'watch_run', { run_id, wait_seconds: 0 });
  expect(['queued', 'running']).toContain(status);
  await service.api.call(`/training-runs/${run_id}/cancel`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  await client.close();
});

test.each([
  ['is no JSON', '{"planted-body', 'application/json', 400],
  ['is no message', '{"planted-body":1}', 'application/json', 400],
  ['does not say that it is JSON, and is not read', '{}', 'text/plain', 415],
])(
  'what %s is refused in the protocol’s words, with its trace, and not quoted in the log',
  async (_, body, type, status) => {
    const answer = await postMcp(service.origin, body, {
      authorization: `Bearer ${KEY}`,
      'content-type': type,
    });
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { error: { code: number; data: { trace_id: string } } };
    expect(error.code).toBeLessThan(0);
    const lines = await eventually(async () => {
      const found = service.log.filter(({ trace_id }) => trace_id === error.data.trace_id);
      return found.length > 0 && found;
    });
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([[30, 'request']]);
    expect(JSON.stringify([error, lines])).not.toContain('planted');
  },
);

test('without the key nothing is answered, nor to a page of another origin, nor by another method', async () => {
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const post = (headers: Record<string, string>) => postMcp(service.origin, list, headers);
  await expectProblem(await post({}), 401, 'unauthorized');
  const authorization = `Bearer ${KEY}`;
  await expectProblem(await post({ authorization, origin: 'http://elsewhere.example' }), 403, 'forbidden');
  expect((await post({ authorization, origin: service.origin })).status).toBe(200);
  const get = await fetch(new URL('/mcp', service.origin), { headers: { authorization } });
  await expectProblem(get, 405, 'method_not_allowed');
});
