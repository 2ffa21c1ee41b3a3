import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';
import { dataFile, eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { sample, samples } from '../support/exposition.ts';
import { keptModels } from '../support/kept-models.ts';
import type { Service } from '../support/service.ts';
import { Exposition } from '../telemetry/exposition-reader.ts';
import { hasPythonClient, type ParsedFamily, parseOpenMetrics } from '../telemetry/python-client.ts';

const TABLES = ['breast_cancer_train.csv', 'wine_train.csv', 'diabetes_train.csv'];

let stack: AsyncDisposableStack;
let service: Service;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  service = stack.use(await startDeployed());
});
afterAll(() => stack.disposeAsync());

test('every counter and histogram of a closed label set is exported as 0 before anything has happened', async () => {
  const exposition = new Exposition(await service.api.metrics());
  const counting = prometheusMetrics().filter(
    ({ type, definition: { group } }) => group === 'domain' && type !== 'gauge',
  );
  for (const { name, type, definition } of counting) {
    const series = Object.values(definition.labels).reduce(
      (product, values) => product * (values?.length ?? 0),
      1,
    );
    const values = exposition
      .samples(type === 'histogram' ? `${name}_count` : name)
      .map(({ value }) => value);
    expect(values, name).toHaveLength(series);
    // The first clean-up begins with the process.
    if (!name.includes('_ttl_cycle')) expect(new Set(values), name).toEqual(new Set([0]));
  }
  const collections = exposition.samples('v8js_gc_duration_seconds_count');
  expect(collections.map(({ labels }) => labels['v8js_gc_type']).sort()).toEqual(
    CATALOGUE.gcDuration.labels['v8js.gc.type'].toSorted(),
  );
});

test('after uploads and trainings the metrics equal what was done', async () => {
  const { api } = service;
  let bytes = 0;
  let tableRows = 0;
  const seconds: Record<string, number> = { classification: 0, regression: 0 };
  for (const name of TABLES) {
    bytes += (await readFile(dataFile(name))).byteLength;
    const dataset = await api.uploadFile(name);
    const run = await api.train(dataset.dataset_id);
    expect(run.status).toBe('succeeded');
    seconds[run['task'] as string] =
      (seconds[run['task'] as string] ?? 0) + (run['duration_seconds'] as number);
    if (name === 'wine_train.csv') {
      await api.post(`/artifacts/${run.artifact_id}/predict`, { rows: [{}] });
      const row = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i]));
      expect((await api.post(`/artifacts/${run.artifact_id}/predict`, { rows: [row, row] })).status).toBe(
        200,
      );
      const explained = { rows: [row], contributions: true };
      expect((await api.post(`/artifacts/${run.artifact_id}/predict`, explained)).status).toBe(200);
      const table = await readFile(dataFile('wine_test.csv'));
      const headers = { 'content-type': 'text/csv' };
      const predicted = await api.call(`/artifacts/${run.artifact_id}/predict`, {
        method: 'POST',
        body: table,
        headers,
      });
      tableRows = (await predicted.text()).trim().split('\n').length - 1;
    }
  }
  expect((await api.uploadRaw('empty.csv', '')).status).toBe(422);
  expect((await api.uploadRaw('picture.csv', Buffer.from('89504e470d0a1a0a', 'hex'), 'heavy')).status).toBe(
    415,
  );

  // A run is counted when what its attempt held is given back, which may be after its end can be seen.
  const text = await eventually(async () => {
    const page = await api.metrics();
    const ended = samples(page, 'mlops_backend_training_runs_total', { outcome: 'success' });
    const active = sample(page, 'mlops_backend_training_runs_active', { mode: 'light' });
    return active === 0 && ended.reduce((sum, { value }) => sum + value, 0) === 3 && page;
  });
  const light = { mode: 'light' };
  expect(sample(text, 'mlops_backend_dataset_uploads_total', light)).toBe(3);
  expect(sample(text, 'mlops_backend_dataset_upload_size_bytes_count', light)).toBe(3);
  expect(sample(text, 'mlops_backend_dataset_upload_size_bytes_sum', light)).toBe(bytes);
  expect(sample(text, 'mlops_backend_dataset_stored_bytes')).toBe(bytes);
  expect(sample(text, 'mlops_backend_datasets')).toBe(3);
  expect(sample(text, 'mlops_backend_dataset_upload_failures_total', { ...light, reason: 'empty' })).toBe(1);
  expect(
    sample(text, 'mlops_backend_dataset_upload_failures_total', { mode: 'heavy', reason: 'bad_format' }),
  ).toBe(1);
  for (const [task, count] of [
    ['classification', 2],
    ['regression', 1],
  ] as const) {
    for (const outcome of ['started', 'success'])
      expect(sample(text, 'mlops_backend_training_runs_total', { ...light, outcome, task })).toBe(count);
    expect(sample(text, 'mlops_backend_training_duration_seconds_count', { ...light, task })).toBe(count);
    const sum = sample(text, 'mlops_backend_training_duration_seconds_sum', { ...light, task }) ?? 0;
    expect(Math.abs(sum - (seconds[task] ?? 0))).toBeLessThan(0.5);
  }
  expect(sample(text, 'mlops_backend_training_queue_wait_seconds_count', light)).toBe(3);
  expect(sample(text, 'mlops_backend_training_runs_active', light)).toBe(0);
  for (const kind of ['trainer', 'inspector', 'scorer']) {
    const child = { ...light, kind };
    expect(sample(text, 'mlops_backend_child_process_cpu_time_seconds_total', child)).toBeGreaterThan(0.01);
    expect(sample(text, 'mlops_backend_child_process_memory_peak_bytes_sum', child)).toBeGreaterThan(2e7);
  }
  expect(
    sample(text, 'mlops_backend_child_process_memory_peak_bytes_count', { ...light, kind: 'trainer' }),
  ).toBe(3);
  expect(sample(text, 'mlops_backend_predictions_total', { task: 'classification' })).toBe(2 + 1 + tableRows);
  expect(tableRows).toBeGreaterThan(10);
  expect(sample(text, 'mlops_backend_prediction_duration_seconds_count', { task: 'classification' })).toBe(3);
  for (const [route, count] of [
    ['predict', 1],
    ['predict/contributions', 1],
    ['predict/table', 1],
  ] as const)
    expect(
      sample(text, 'http_server_request_duration_seconds_count', {
        http_route: `/api/ml/v1/artifacts/:id/${route}`,
        http_response_status_code: '200',
      }),
    ).toBe(count);
  const uploads = { http_request_method: 'POST', http_route: '/api/ml/v1/datasets/upload' };
  const requests = samples(text, 'http_server_request_duration_seconds_count', uploads);
  expect(
    Object.fromEntries(requests.map(({ labels, value }) => [labels['http_response_status_code'], value])),
  ).toEqual({
    201: 3,
    415: 1,
    422: 1,
  });
});

test('rows that have moved away from the training data show in the gauges of drift', async () => {
  const { api } = service;
  const inUse = (text: string) =>
    samples(text, 'mlops_backend_models_in_use').map(({ labels, value }) => `${labels['drift']} ${value}`);
  const run = await api.train((await api.uploadFile('wine_train.csv')).dataset_id);
  const rows = Array(500).fill(Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i])));
  expect((await api.post(`/artifacts/${run.artifact_id}/predict`, { rows })).status).toBe(200);

  const text = await api.metrics();
  // The model of the test before was asked for two rows.
  expect(inUse(text)).toEqual(['stable 0', 'moderate 0', 'significant 1', 'unknown 1']);
  const [drift, ...others] = samples(text, 'mlops_backend_model_input_drift');
  expect(drift?.labels).toMatchObject({ mode: 'light', task: 'classification' });
  expect(drift?.value).toBeGreaterThan(0.25);
  expect(others).toEqual([]);
});

test.skipIf(!hasPythonClient)(
  'another’s parser reads the same families from OpenMetrics as from text (needs python3-prometheus-client)',
  async () => {
    const { api } = service;
    const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
    const answer = await api.call('/metrics', { headers });
    expect(answer.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    const parsed = parseOpenMetrics(await answer.text());
    const { families } = new Exposition(await api.metrics());
    const inText = ({ name, type }: ParsedFamily) =>
      type === 'counter' ? `${name}_total` : type === 'info' ? `${name}_info` : name;
    expect(parsed.map(inText)).toEqual([...families.keys()]);
    // Others write to the disk between one scrape and the next.
    const ofDomain = parsed.filter(
      ({ name }) => name.startsWith('mlops_backend_') && name !== 'mlops_backend_storage_available_bytes',
    );
    for (const family of ofDomain) {
      const samples = family.samples.filter(({ name }) => !name.endsWith('_created'));
      expect(samples, family.name).toEqual(families.get(inText(family))?.samples);
    }
  },
);

test('calls by name are counted under the template of the address and as predictions, whatever names people choose', async () => {
  const { api } = service;
  const { register, promote } = keptModels(api);
  const { artifact_id } = await api.train((await api.uploadFile('wine_train.csv')).dataset_id);
  const headers = { 'content-type': 'text/csv' };
  const body = await readFile(dataFile('wine_test.csv'), 'utf8');
  const rows = body.trim().split('\n').length - 1;
  const predicted = async () =>
    sample(await api.metrics(), 'mlops_backend_predictions_total', { task: 'classification' }) ?? 0;
  const before = await predicted();
  for (const name of ['wine', 'red.wine', 'White-Wine_2']) {
    await register(name, artifact_id);
    await promote(name, `best-${name}`, 1);
    const row = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i]));
    for (const address of [`${name}@best-${name}`, `${name}/versions/1`]) {
      expect((await api.post(`/models/${address}/predict`, { rows: [row] })).status).toBe(200);
      const table = await api.call(`/models/${address}/predict`, { method: 'POST', headers, body });
      expect((await table.text()).trim().split('\n')).toHaveLength(rows + 1);
    }
  }
  const text = await api.metrics();
  const counts = samples(text, 'http_server_request_duration_seconds_count', { http_request_method: 'POST' })
    .filter(({ labels }) => /models.*predict/.test(labels['http_route'] ?? ''))
    .map(({ labels, value }) => [labels['http_route'], value]);
  expect(Object.fromEntries(counts)).toEqual({
    '/api/ml/v1/models/:name@:alias/predict': 3,
    '/api/ml/v1/models/:name@:alias/predict/table': 3,
    '/api/ml/v1/models/:name/versions/:version/predict': 3,
    '/api/ml/v1/models/:name/versions/:version/predict/table': 3,
  });
  expect(text).not.toContain('wine');
  expect((await predicted()) - before).toBe(6 * (1 + rows));
  const changes = (change: string) => sample(text, 'mlops_backend_model_changes_total', { change });
  expect([changes('version_registered'), changes('alias_assigned'), changes('alias_promoted')]).toEqual([
    3, 3, 0,
  ]);
});

test('hostile paths and methods do not add HTTP series', async () => {
  const { api } = service;
  const count = async () =>
    (await api.metrics())
      .split('\n')
      .filter((line) => line.startsWith('http_server_request_duration_seconds_count')).length;
  const probe = (i: number) =>
    api.call(`/api/ml/v1/${'x'.repeat(i % 50)}${i}?q=${i}`, {
      method: ['GET', 'POST', 'PUT', 'QUERY', `M${i}`][i % 5] as string,
    });
  for (let i = 0; i < 10; i++) await probe(i).catch(() => {});
  const before = await count();
  for (let i = 10; i < 210; i++) await probe(i).catch(() => {});
  expect(await count()).toBe(before);
});

test('a log line of a request carries its trace id, as the error answer does', async () => {
  const answer = await service.api.json(await service.api.call('/nowhere'));
  expect(answer['trace_id']).toMatch(/^[0-9a-f]{32}$/);
  expect(service.log.some((entry) => typeof entry['trace_id'] === 'string')).toBe(true);
});
