import { metrics } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { createInstruments, type Instruments } from '../../../src/telemetry/instruments/instruments.ts';
import { boundMetricsCollected } from '../../../src/telemetry/running.ts';
import { CHILD_KINDS } from '../../../src/vocabulary/children.ts';
import { TTL_RESULTS } from '../../../src/vocabulary/expiry.ts';
import { MODEL_CHANGES } from '../../../src/vocabulary/models.ts';
import { MODES, TASKS } from '../../../src/vocabulary/modes.ts';
import { CROWDED_WORK, REJECTION_REASONS } from '../../../src/vocabulary/overload.ts';
import { RETRY_REASONS, RUN_OUTCOMES, TRAINING_ERROR_TYPES } from '../../../src/vocabulary/runs.ts';
import { UPLOAD_FAILURE_REASONS } from '../../../src/vocabulary/uploads.ts';
import { startTestMeter } from '../test-meter.ts';

let meter: ReturnType<typeof startTestMeter>;
let instruments: Instruments;
beforeEach(() => {
  meter = startTestMeter('mlops.backend');
  instruments = createInstruments('mlops.backend');
});

describe('from the start every counter stands at 0 for each combination of its labels', () => {
  test.each([
    ['dataset_uploads_total', MODES.length],
    ['dataset_upload_failures_total', MODES.length * UPLOAD_FAILURE_REASONS.length],
    ['training_runs_total', MODES.length * RUN_OUTCOMES.length * TASKS.length],
    ['training_failures_total', MODES.length * TRAINING_ERROR_TYPES.length],
    ['training_retries_total', MODES.length * RETRY_REASONS.length],
    ['training_runs_active', MODES.length],
    ['training_runs_removed_total', 1],
    ['dataset_ttl_cycles_total', TTL_RESULTS.length],
    ['dataset_ttl_datasets_removed_total', 1],
    ['dataset_ttl_files_removed_total', 1],
    ['dataset_ttl_files_missing_total', 1],
    ['model_changes_total', MODEL_CHANGES.length],
    ['predictions_total', TASKS.length],
    ['overload_rejections_total', CROWDED_WORK.length * REJECTION_REASONS.length],
    ['child_process_cpu_time_seconds_total', CHILD_KINDS.length * MODES.length],
  ])('%s has %i series', async (name, series) => {
    const samples = (await meter.scrape()).samples(`mlops_backend_${name}`);
    expect(samples.map(({ value }) => value)).toEqual(Array(series).fill(0));
  });
});

describe('from the start every histogram is there, with nothing in it, for each combination of its labels', () => {
  test.each([
    ['dataset_upload_size_bytes', MODES.length],
    ['dataset_upload_duration_seconds', MODES.length],
    ['training_duration_seconds', MODES.length * TASKS.length],
    ['training_queue_wait_seconds', MODES.length],
    ['dataset_ttl_cycle_duration_seconds', 1],
    ['prediction_duration_seconds', TASKS.length],
    ['child_process_memory_peak_bytes', CHILD_KINDS.length * MODES.length],
  ])('%s has %i series', async (name, series) => {
    const exposition = await meter.scrape();
    for (const part of ['count', 'sum']) {
      const samples = exposition.samples(`mlops_backend_${name}_${part}`);
      expect(samples.map(({ value }) => value)).toEqual(Array(series).fill(0));
    }
    const buckets = exposition.samples(`mlops_backend_${name}_bucket`);
    expect(new Set(buckets.map(({ value }) => value))).toEqual(new Set([0]));
  });
});

test('a run is counted under the task that its request settled: no series waits for an unknown one', async () => {
  const tasks = (await meter.scrape())
    .samples('mlops_backend_training_runs_total')
    .map(({ labels }) => labels['task']);
  expect([...new Set(tasks)]).toEqual([...TASKS]);
});

test('a stored upload is counted with its size and its duration', async () => {
  instruments.uploads.succeeded({ mode: 'heavy', bytes: 60_000, seconds: 0.7 });
  instruments.uploads.succeeded({ mode: 'heavy', bytes: 40_000, seconds: 0.3 });

  const exposition = await meter.scrape();
  const mode = 'heavy';
  expect(exposition.value('mlops_backend_dataset_uploads_total', { mode })).toBe(2);
  expect(exposition.value('mlops_backend_dataset_upload_size_bytes_sum', { mode })).toBe(100_000);
  expect(exposition.value('mlops_backend_dataset_upload_size_bytes_count', { mode })).toBe(2);
  expect(exposition.value('mlops_backend_dataset_upload_size_bytes_bucket', { mode, le: '50000.0' })).toBe(1);
  expect(exposition.value('mlops_backend_dataset_upload_duration_seconds_sum', { mode })).toBe(1);
});

test('a refused upload is counted by reason and as nothing else', async () => {
  instruments.uploads.failed({ mode: 'light', reason: 'too_large' });

  const exposition = await meter.scrape();
  expect(
    exposition.value('mlops_backend_dataset_upload_failures_total', { mode: 'light', reason: 'too_large' }),
  ).toBe(1);
  expect(exposition.sum('mlops_backend_dataset_upload_failures_total')).toBe(1);
  expect(exposition.sum('mlops_backend_dataset_uploads_total')).toBe(0);
});

test('a run’s life is told by outcome, cause, wait and duration', async () => {
  const { training } = instruments;
  training.started({ mode: 'light', task: 'classification', waitSeconds: 2 });
  training.retried({ mode: 'light', reason: 'worker_lost' });
  training.succeeded({ mode: 'light', task: 'classification', seconds: 12 });
  training.started({ mode: 'heavy', task: 'regression', waitSeconds: 1 });
  training.failed({ mode: 'heavy', task: 'regression', errorType: 'timeout' });
  training.cancelled({ mode: 'heavy', task: 'regression' });

  const exposition = await meter.scrape();
  const runs = exposition
    .samples('mlops_backend_training_runs_total')
    .filter(({ value }) => value > 0)
    .map(({ labels: { mode, task, outcome }, value }) => [mode, task, outcome, value].join(' '));
  expect(runs.sort()).toEqual([
    'heavy regression cancelled 1',
    'heavy regression failure 1',
    'heavy regression started 1',
    'light classification started 1',
    'light classification success 1',
  ]);
  const failed = { mode: 'heavy', error_type: 'timeout' };
  expect(exposition.value('mlops_backend_training_failures_total', failed)).toBe(1);
  const retried = { mode: 'light', reason: 'worker_lost' };
  expect(exposition.value('mlops_backend_training_retries_total', retried)).toBe(1);
  expect(exposition.value('mlops_backend_training_queue_wait_seconds_sum', { mode: 'light' })).toBe(2);
  const succeeded = { mode: 'light', task: 'classification' };
  expect(exposition.value('mlops_backend_training_duration_seconds_sum', succeeded)).toBe(12);
  expect(exposition.sum('mlops_backend_training_duration_seconds_count')).toBe(1);
});

test('active runs go down once however often the end is told, and at the end of a block', async () => {
  const active = async () =>
    (await meter.scrape()).value('mlops_backend_training_runs_active', { mode: 'light' });
  const end = instruments.training.active('light');
  {
    using _second = instruments.training.active('light');
    expect(await active()).toBe(2);
  }
  expect(await active()).toBe(1);
  end();
  end();
  expect(await active()).toBe(0);
});

test('a clean-up cycle is counted with what it removed', async () => {
  instruments.ttl.cycle({ result: 'success', seconds: 0.4 });
  instruments.ttl.datasetsRemoved(3);
  for (const was of ['removed', 'missing', 'removed'] as const) instruments.ttl.file(was);

  const exposition = await meter.scrape();
  expect(exposition.value('mlops_backend_dataset_ttl_cycles_total', { result: 'success' })).toBe(1);
  expect(exposition.value('mlops_backend_dataset_ttl_cycle_duration_seconds_sum')).toBe(0.4);
  expect(exposition.value('mlops_backend_dataset_ttl_datasets_removed_total')).toBe(3);
  expect(exposition.value('mlops_backend_dataset_ttl_files_removed_total')).toBe(2);
  expect(exposition.value('mlops_backend_dataset_ttl_files_missing_total')).toBe(1);
});

test('a child process is counted by what it does and for which mode', async () => {
  const trainer = instruments.children('trainer', 'heavy');
  trainer.cpu(1.5);
  trainer.cpu(0.5);
  trainer.ended(3e8);

  const exposition = await meter.scrape();
  const labels = { kind: 'trainer', mode: 'heavy' };
  expect(exposition.value('mlops_backend_child_process_cpu_time_seconds_total', labels)).toBe(2);
  expect(exposition.value('mlops_backend_child_process_memory_peak_bytes_sum', labels)).toBe(3e8);
  expect(exposition.sum('mlops_backend_child_process_memory_peak_bytes_count')).toBe(1);
});

test('predictions count rows, their duration counts requests', async () => {
  instruments.predictions.made({ task: 'regression', rows: 250, seconds: 0.004 });

  const exposition = await meter.scrape();
  expect(exposition.value('mlops_backend_predictions_total', { task: 'regression' })).toBe(250);
  expect(exposition.value('mlops_backend_prediction_duration_seconds_count', { task: 'regression' })).toBe(1);
});

test('a label value outside the catalogue never reaches a series, nor does it harm who said it', async () => {
  const { uploads } = instruments;
  uploads.failed({ mode: 'light', reason: 'salaries.csv' as 'internal' });
  uploads.succeeded({ mode: 'salaries.csv' as 'light', bytes: 1, seconds: 1 });

  const exposition = await meter.scrape();
  expect(exposition.text).not.toContain('salaries');
  expect(exposition.sum('mlops_backend_dataset_upload_failures_total')).toBe(0);
  expect(exposition.sum('mlops_backend_dataset_upload_size_bytes_count')).toBe(0);
});

test('instruments made twice are the same', async () => {
  createInstruments('mlops.backend').predictions.made({ task: 'regression', rows: 2, seconds: 1 });
  instruments.predictions.made({ task: 'regression', rows: 3, seconds: 1 });
  const exposition = await meter.scrape();
  expect(exposition.samples('mlops_backend_predictions_total')).toHaveLength(TASKS.length);
  expect(exposition.value('mlops_backend_predictions_total', { task: 'regression' })).toBe(5);
});

test('what is no number, or would make a counter fall, is not counted', async () => {
  const { predictions } = instruments;
  predictions.made({ task: 'regression', rows: Number.NaN, seconds: Number.NaN });
  predictions.made({ task: 'regression', rows: -5, seconds: 1 });
  const exposition = await meter.scrape();
  expect(exposition.value('mlops_backend_predictions_total', { task: 'regression' })).toBe(0);
  expect(exposition.value('mlops_backend_prediction_duration_seconds_count', { task: 'regression' })).toBe(1);
  expect(exposition.value('mlops_backend_prediction_duration_seconds_sum', { task: 'regression' })).toBe(1);
});

test('without telemetry the instruments can be called and do nothing', async () => {
  metrics.disable();
  boundMetricsCollected(undefined);
  const { uploads, training } = createInstruments('mlops.backend');
  expect(() => {
    uploads.succeeded({ mode: 'light', bytes: 1, seconds: 1 });
    training.active('light')();
  }).not.toThrow();
});
