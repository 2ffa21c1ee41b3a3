import { expect, test } from 'vitest';
import { registerStorageGauges } from '../../../src/telemetry/instruments/storage.ts';
import { startTestMeter } from '../test-meter.ts';

test('the storage’s space is looked at for each scrape; of one that does not end nothing is said', async () => {
  const meter = startTestMeter('mlops.backend');
  let space: { availableBytes: number; sizeBytes: number } | undefined;
  registerStorageGauges(async () => space, 'mlops.backend');
  const said = async () => {
    const exposition = await meter.scrape();
    return ['available', 'size'].flatMap((what) =>
      exposition.samples(`mlops_backend_storage_${what}_bytes`).map(({ value }) => value),
    );
  };
  expect(await said()).toEqual([]);
  space = { availableBytes: 3, sizeBytes: 10 };
  expect(await said()).toEqual([3, 10]);
  space = { availableBytes: 0, sizeBytes: 10 };
  expect(await said()).toEqual([0, 10]);
});
