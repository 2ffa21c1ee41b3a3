import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, InstrumentType, type MetricProducer } from '@opentelemetry/sdk-metrics';

/** Observable gauges are delta, so that one that was not observed is absent instead of repeating its last value. */
export const temporalityOfGauges = (type: InstrumentType): AggregationTemporality | undefined =>
  type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : undefined;

/** The Prometheus exporter as a reader only: the API's own port serves the metrics. */
export class PullReader extends PrometheusExporter {
  /** @param producers of metrics beside the SDK's own */
  constructor(...producers: MetricProducer[]) {
    super({ preventServerStart: true, metricProducers: producers });
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return temporalityOfGauges(type) ?? AggregationTemporality.CUMULATIVE;
  }
}
