import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { METER_NAME, type MetricDefinition } from './catalogue.ts';

/**
 * Histograms and sums whose attribute sets are bound before anything is recorded. The SDK hashes the attributes of every
 * record, which costs more than all else; what is bound costs an addition. Readers collect them beside the SDK's own,
 * in the same data model (`metricProducers`).
 */
export class BoundMetrics implements MetricProducer {
  readonly #metrics: (() => MetricData)[] = [];

  /** @param boundaries upper bounds, inclusive, in the definition's unit */
  histogram(definition: MetricDefinition, boundaries: readonly number[]): Binder<BoundHistogram> {
    const points = new Points<Histogram, BoundHistogram>(
      (attributes) => new BoundHistogram(attributes, boundaries),
    );
    this.#metrics.push(() => ({
      ...descriptorOf(definition),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: points.collect(),
    }));
    return points;
  }

  /** A sum that goes up and down. */
  upDownCounter(definition: MetricDefinition): Binder<BoundSum> {
    const points = new Points<number, BoundSum>((attributes) => new BoundSum(attributes));
    this.#metrics.push(() => ({
      ...descriptorOf(definition),
      dataPointType: DataPointType.SUM,
      isMonotonic: false,
      dataPoints: points.collect(),
    }));
    return points;
  }

  collect(): Promise<CollectionResult> {
    const metrics = this.#metrics.map((metric) => metric());
    const scopeMetrics = [{ scope: { name: METER_NAME }, metrics }];
    return Promise.resolve({ resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] });
  }
}

export interface Binder<Bound> {
  /** A new series. Each attribute set is bound once, by whoever keeps it. */
  bind(attributes: Attributes): Bound;
}

interface Collected<Value> {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  value(): Value;
}

class Points<Value, Bound extends Collected<Value>> implements Binder<Bound> {
  readonly #make: (attributes: Attributes) => Bound;
  readonly #bound: Bound[] = [];

  constructor(make: (attributes: Attributes) => Bound) {
    this.#make = make;
  }

  bind(attributes: Attributes): Bound {
    const bound = this.#make(attributes);
    this.#bound.push(bound);
    return bound;
  }

  collect(): DataPoint<Value>[] {
    const endTime = hrTime();
    return this.#bound.map((bound) => ({
      attributes: bound.attributes,
      startTime: bound.startTime,
      endTime,
      value: bound.value(),
    }));
  }
}

export class BoundHistogram implements Collected<Histogram> {
  readonly attributes: Attributes;
  readonly startTime = hrTime();
  readonly #boundaries: number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(attributes: Attributes, boundaries: readonly number[]) {
    this.attributes = attributes;
    this.#boundaries = [...boundaries];
    this.#counts = new Float64Array(boundaries.length + 1);
  }

  record(value: number): void {
    const boundaries = this.#boundaries;
    let bucket = 0;
    while (bucket < boundaries.length && value > boundaries[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += value;
    this.#count++;
  }

  value(): Histogram {
    return {
      buckets: { boundaries: this.#boundaries, counts: [...this.#counts] },
      sum: this.#sum,
      count: this.#count,
    };
  }
}

export class BoundSum implements Collected<number> {
  readonly attributes: Attributes;
  readonly startTime = hrTime();
  #sum = 0;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  add(value: number): void {
    this.#sum += value;
  }

  value(): number {
    return this.#sum;
  }
}

const descriptorOf = ({ name, description, unit }: MetricDefinition) => ({
  descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
  aggregationTemporality: AggregationTemporality.CUMULATIVE,
});
