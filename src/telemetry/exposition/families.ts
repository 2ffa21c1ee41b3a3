import { type Attributes, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { DetailedHistogram } from '../bound/bound-histogram.ts';
import { CATALOGUE } from '../catalogue.ts';
import { type PrometheusType, prometheusName, prometheusUnit } from '../prometheus-names.ts';
import { labelText } from './labels.ts';

/** Metrics of one name, as every format of the exposition writes them one after the other. */
export interface Family {
  /** By the rules of OpenMetrics: without `_total` and `_info`. */
  readonly name: string;
  /** Of its series; a histogram's add `_bucket`, `_sum` and `_count`. */
  readonly seriesName: string;
  readonly type: PrometheusType | 'info';
  /** As the name ends in it; empty: none. */
  readonly unit: string;
  readonly help: string;
  readonly metrics: readonly MetricData[];
}

/**
 * One collection as families. Names follow `prometheus-names.ts`; scopes are not labels; the resource is `target_info`.
 * Metrics that share a family name share one HELP and TYPE (the first one's); of a different type, the later one is left
 * out: it would make Prometheus refuse or garble the scrape.
 */
export function familiesOf({ resource, scopeMetrics }: ResourceMetrics): Iterable<Family> {
  const families = new Map<string, Family & { metrics: MetricData[] }>();
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const family = familyOf(metric);
      const known = families.get(family.seriesName);
      if (known === undefined) families.set(family.seriesName, family);
      else if (known.type === family.type) known.metrics.push(metric);
    }
  }
  return [targetInfo(resource.attributes), ...families.values()];
}

/** What a format does with each series of a family; `labels` as in `labelText`. */
export interface SeriesWriter {
  readonly number: (point: DataPoint<number>, labels: string) => void;
  readonly histogram: (point: DataPoint<DetailedHistogram>, labels: string) => void;
}

/** A series that is already there is left out, which would make Prometheus refuse the scrape. */
export function writeSeries({ metrics }: Family, { number, histogram }: SeriesWriter): void {
  const seen = new Set<string>();
  const each = <Value>(
    points: readonly DataPoint<Value>[],
    write: (point: DataPoint<Value>, labels: string) => void,
  ) => {
    for (const point of points) {
      const labels = labelText(point.attributes);
      if (seen.has(labels)) continue;
      seen.add(labels);
      write(point, labels);
    }
  };
  for (const metric of metrics) {
    switch (metric.dataPointType) {
      case DataPointType.HISTOGRAM:
        each<DetailedHistogram>(metric.dataPoints, histogram);
        break;
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        each(metric.dataPoints, (point, labels) => histogram(totalsOf(point), labels));
        break;
      default:
        each(metric.dataPoints, number);
    }
  }
}

function familyOf(metric: MetricData): Family & { metrics: MetricData[] } {
  const { name, unit, description } = metric.descriptor;
  const type = typeOf(metric);
  const isGauge = metric.dataPointType === DataPointType.GAUGE;
  const seriesName = prometheusName(name, unit, type, isGauge);
  return {
    name: type === 'counter' ? seriesName.replace(/_total$/, '') : seriesName,
    seriesName,
    type,
    unit: prometheusUnit(unit, isGauge),
    help: description || name,
    metrics: [metric],
  };
}

function typeOf(metric: MetricData): PrometheusType {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return 'histogram';
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'gauge';
    case DataPointType.GAUGE:
      return 'gauge';
  }
}

/** The SDK's exponential buckets are not written; the sum and the count are still true. */
function totalsOf(point: DataPoint<ExponentialHistogram>): DataPoint<Histogram> {
  const { value } = point;
  return { ...point, value: { ...value, buckets: { boundaries: [], counts: [value.count] } } };
}

function targetInfo(attributes: Attributes): Family {
  const { description } = CATALOGUE.targetInfo;
  const time: DataPoint<number>['startTime'] = [0, 0];
  const metric: MetricData = {
    descriptor: { name: 'target.info', description, unit: '', valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: [{ attributes, startTime: time, endTime: time, value: 1 }],
  };
  return {
    name: 'target',
    seriesName: 'target_info',
    type: 'info',
    unit: '',
    help: description,
    metrics: [metric],
  };
}
