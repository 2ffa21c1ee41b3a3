import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { serialize } from '../../src/telemetry/exposition/serialize.ts';
import { PullReader } from '../../src/telemetry/reader.ts';
import { catalogueViews } from '../../src/telemetry/views.ts';
import { Exposition } from './exposition-reader.ts';

/** The metrics half of the SDK in this process, with the service's own views and reader. */
export function startTestMeter(prefix: string) {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader], views: catalogueViews(prefix, [0.1, 1]) });
  metrics.disable();
  metrics.setGlobalMeterProvider(provider);
  return {
    async scrape(): Promise<Exposition> {
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw new AggregateError(errors);
      return new Exposition(serialize(resourceMetrics));
    },
  };
}
