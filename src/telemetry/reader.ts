import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * The Prometheus exporter as a reader only: the API's own port serves the metrics. Observable gauges are delta,
 * so that a gauge that was not observed is absent instead of repeating its last value.
 */
export class PullReader extends PrometheusExporter {
  constructor() {
    super({ preventServerStart: true });
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return type === InstrumentType.OBSERVABLE_GAUGE
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE;
  }
}
