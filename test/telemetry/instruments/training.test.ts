import { expect, test } from 'vitest';
import { registerTrainingSlots } from '../../../src/telemetry/instruments/training.ts';
import { startTestMeter } from '../test-meter.ts';

test.each([0, 3])('a process says how many runs it trains at a time: %d', async (slots) => {
  const meter = startTestMeter('mlops.backend');
  registerTrainingSlots(slots, 'mlops.backend');
  const exposition = await meter.scrape();
  expect(exposition.value('mlops_backend_training_slots', {})).toBe(slots);
});
