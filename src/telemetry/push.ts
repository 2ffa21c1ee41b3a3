import { ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  type AggregationTemporality,
  ConsoleMetricExporter,
  type InstrumentType,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { MetricPush } from './otel-environment.ts';
import { temporalityOfGauges } from './reader.ts';

/** Sends the metrics every now and then: the same that a scrape shows, gauges that were not observed left out. */
class PushReader extends PeriodicExportingMetricReader {
  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return temporalityOfGauges(type) ?? super.selectAggregationTemporality(type);
  }
}

/** Tells of each time that what was sent did not arrive. */
function watched(exporter: PushMetricExporter, onFailure: () => void): PushMetricExporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) onFailure();
      done(result);
    });
  return exporter;
}

/**
 * A reader for each exporter that the environment names; the SDK makes none where it is given one, and the scrape's
 * always is. Where to and with which headers the exporters read from the environment themselves.
 * @param metricProducers of metrics beside the SDK's own
 * @param onFailure told of each push that did not arrive
 */
export function pushReaders(
  { exporters, protocol, exportIntervalMillis, exportTimeoutMillis }: MetricPush,
  metricProducers: MetricProducer[],
  onFailure: () => void,
): PushReader[] {
  const otlp: Record<MetricPush['protocol'], () => PushMetricExporter> = {
    grpc: () => new GrpcExporter(),
    'http/json': () => new JsonExporter(),
    'http/protobuf': () => new ProtobufExporter(),
  };
  return exporters.map((name) => {
    const exporter = watched(name === 'otlp' ? otlp[protocol]() : new ConsoleMetricExporter(), onFailure);
    return new PushReader({ exporter, exportIntervalMillis, exportTimeoutMillis, metricProducers });
  });
}
