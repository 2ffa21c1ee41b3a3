import type { Attributes } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { CATALOGUE } from '../catalogue.ts';
import { type PrometheusType, prometheusName } from '../prometheus-names.ts';
import { labelText } from './label-text.ts';
import { boundText, escapeHelp, valueText } from './text-format.ts';

/**
 * One collection → Prometheus text 0.0.4. Names follow `prometheus-names.ts`; scopes are not labels; the resource
 * is `target_info`. Metrics that share a family name share one HELP and TYPE (the first one's); of a different
 * type, the later one is left out, and so is a series that is already there: either would make Prometheus refuse
 * or garble the scrape.
 */
export function serialize({ resource, scopeMetrics }: ResourceMetrics): string {
  const families = new Map<string, Family>();
  for (const { metrics } of scopeMetrics) for (const metric of metrics) addToFamily(families, metric);
  let text = targetInfo(resource.attributes);
  for (const family of families.values()) text += familyText(family);
  return text;
}

interface Family {
  readonly name: string;
  readonly type: PrometheusType;
  readonly help: string;
  readonly metrics: MetricData[];
}

function addToFamily(families: Map<string, Family>, metric: MetricData): void {
  const { descriptor } = metric;
  const type = typeOf(metric);
  const isGauge = metric.dataPointType === DataPointType.GAUGE;
  const name = prometheusName(descriptor.name, descriptor.unit, type, isGauge);
  const family = families.get(name);
  if (family === undefined) {
    families.set(name, { name, type, help: descriptor.description || descriptor.name, metrics: [metric] });
  } else if (family.type === type) {
    family.metrics.push(metric);
  }
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

function head(name: string, type: PrometheusType, help: string): string {
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
}

function familyText({ name, type, help, metrics }: Family): string {
  let text = head(name, type, help);
  const seen = new Set<string>();
  for (const metric of metrics) {
    const pointText = pointWriter(name, metric);
    for (const point of metric.dataPoints) {
      const labels = labelText(point.attributes);
      if (seen.has(labels)) continue;
      seen.add(labels);
      text += pointText(point as never, labels);
    }
  }
  return text;
}

function pointWriter(name: string, metric: MetricData) {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return (point: DataPoint<Histogram>, labels: string) => histogramText(name, labels, point.value);
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return (point: DataPoint<ExponentialHistogram>, labels: string) =>
        totalsText(name, labels, point.value);
    default:
      return (point: DataPoint<number>, labels: string) => sampleText(name, labels, point.value);
  }
}

function sampleText(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${valueText(value)}\n` : `${name}{${labels}} ${valueText(value)}\n`;
}

// A histogram keeps one boundaries array for life: the ends of its bucket lines are made once.
const bucketEnds = new WeakMap<readonly number[], readonly string[]>();

function bucketEndsOf(boundaries: readonly number[]): readonly string[] {
  let ends = bucketEnds.get(boundaries);
  if (ends === undefined) {
    ends = [...boundaries, Number.POSITIVE_INFINITY].map((bound) => `le="${boundText(bound)}"} `);
    bucketEnds.set(boundaries, ends);
  }
  return ends;
}

function histogramText(name: string, labels: string, { buckets, sum, count }: Histogram): string {
  const ends = bucketEndsOf(buckets.boundaries);
  const start = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
  const { counts } = buckets;
  let text = '';
  let cumulative = 0;
  for (let i = 0; i < ends.length; i++) {
    cumulative += counts[i]!;
    text += `${start}${ends[i]!}${cumulative}\n`;
  }
  return text + sumAndCountText(name, labels, sum, count);
}

/** The text format has no exponential buckets; the sum and the count are still true. */
function totalsText(name: string, labels: string, { sum, count }: ExponentialHistogram): string {
  const start = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
  return `${start}le="+Inf"} ${count}\n${sumAndCountText(name, labels, sum, count)}`;
}

function sumAndCountText(name: string, labels: string, sum: number | undefined, count: number): string {
  return sampleText(`${name}_sum`, labels, sum ?? 0) + sampleText(`${name}_count`, labels, count);
}

function targetInfo(attributes: Attributes): string {
  const { description } = CATALOGUE.targetInfo;
  return head('target_info', 'gauge', description) + sampleText('target_info', labelText(attributes), 1);
}
