import { expect, test } from 'vitest';
import { type ModelInUse, registerDriftGauges } from '../../../src/telemetry/instruments/drift.ts';
import { startTestMeter } from '../test-meter.ts';

const INPUT_DRIFT = 'mlops_backend_model_input_drift';
const IN_USE = 'mlops_backend_models_in_use';

async function scrapeWith(models: readonly ModelInUse[]) {
  const meter = startTestMeter('mlops.backend');
  registerDriftGauges(() => models, 'mlops.backend');
  return meter.scrape();
}

test('of each mode and task the model that drifted furthest is shown, and every model is counted', async () => {
  const light = { mode: 'light', task: 'regression' } as const;
  const exposition = await scrapeWith([
    { ...light, level: 'stable', psi: 0.05 },
    { ...light, level: 'significant', psi: 0.7 },
    { ...light, level: 'unknown', psi: null },
    { mode: 'heavy', task: 'classification', level: 'stable', psi: 0.01 },
  ]);
  expect(exposition.value(INPUT_DRIFT, light)).toBe(0.7);
  expect(exposition.value(INPUT_DRIFT, { mode: 'heavy', task: 'classification' })).toBe(0.01);
  expect(exposition.samples(INPUT_DRIFT)).toHaveLength(2);
  expect(exposition.samples(IN_USE).map(({ labels: { drift }, value }) => `${drift} ${value}`)).toEqual([
    'stable 2',
    'moderate 0',
    'significant 1',
    'unknown 1',
  ]);
});

test('while no index is known there is no highest one, and each level still has its count', async () => {
  const exposition = await scrapeWith([{ mode: 'light', task: 'regression', level: 'unknown', psi: null }]);
  expect(exposition.families.has(INPUT_DRIFT)).toBe(false);
  expect(exposition.samples(IN_USE).map(({ value }) => value)).toEqual([0, 0, 0, 1]);
});

test('a process that was called for no model counts none', async () => {
  expect((await scrapeWith([])).samples(IN_USE).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
});
