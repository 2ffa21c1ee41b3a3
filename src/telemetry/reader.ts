import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  type CollectionResult,
  InstrumentType,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { shared } from '../shared.ts';

/** What a callback has not observed by then is missing from the collection; a scrape itself may take 5 s. */
const CALLBACK_LIMIT_MS = 3000;

/** Observable gauges are delta, so that one that was not observed is absent instead of repeating its last value. */
export const temporalityOfGauges = (type: InstrumentType): AggregationTemporality | undefined =>
  type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : undefined;

/** The Prometheus exporter as a reader only: the API's own port serves the metrics. */
export class PullReader extends PrometheusExporter {
  /** @param producers of metrics beside the SDK's own */
  constructor(...producers: MetricProducer[]) {
    super({ preventServerStart: true, metricProducers: producers });
  }

  readonly #collect = shared(() => super.collect({ timeoutMillis: CALLBACK_LIMIT_MS }));

  /** Whoever asks while a collection is under way gets that one: two at a time take gauges away from each other. */
  override collect(): Promise<CollectionResult> {
    return this.#collect();
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return temporalityOfGauges(type) ?? AggregationTemporality.CUMULATIVE;
  }
}
