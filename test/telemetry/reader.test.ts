import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { PullReader } from '../../src/telemetry/reader.ts';

test('two who collect at the same time, as a scrape and the history may, both get every gauge', async () => {
  const reader = new PullReader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('one');
  const answer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  meter.createObservableGauge('known.at.once').addCallback((result) => result.observe(1));
  meter.createObservableGauge('read.from.database').addCallback(async (result) => {
    asked.resolve();
    await answer.promise;
    result.observe(2);
  });
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).toEqual([]);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor }) => descriptor.name),
    );
  };

  const scrape = collect();
  await asked.promise;
  const history = collect();
  answer.resolve();
  const everything = ['known.at.once', 'read.from.database'];
  expect([await scrape, await history, await collect()]).toEqual([everything, everything, everything]);
});
