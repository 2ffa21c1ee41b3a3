import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BoundMetrics } from '../../src/telemetry/bound/bound-metrics.ts';
import { familiesOf } from '../../src/telemetry/exposition/families.ts';
import { writeText } from '../../src/telemetry/exposition/text.ts';
import { PullReader } from '../../src/telemetry/reader.ts';
import { boundMetricsCollected } from '../../src/telemetry/running.ts';
import { catalogueViews } from '../../src/telemetry/views.ts';
import { Exposition } from './exposition-reader.ts';

/** The metrics half of telemetry in this process, with the service's own views and reader. */
export function startTestMeter(prefix: string) {
  const bound = new BoundMetrics();
  const reader = new PullReader(bound);
  const provider = new MeterProvider({ readers: [reader], views: catalogueViews(prefix) });
  boundMetricsCollected(bound);
  metrics.disable();
  metrics.setGlobalMeterProvider(provider);
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return familiesOf(resourceMetrics);
  };
  return {
    bound,
    collect,
    scrape: async (): Promise<Exposition> => new Exposition(writeText(await collect()).toString()),
  };
}
