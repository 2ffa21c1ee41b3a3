import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type HistogramMetricData,
  type MetricData,
  type MetricProducer,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { METER_NAME, type MetricDefinition } from '../catalogue.ts';
import { BoundHistogram } from './bound-histogram.ts';

/**
 * Histograms and sums whose attribute sets are bound before anything is recorded. The SDK hashes the attributes of every
 * record, which costs more than all else; what is bound costs an addition. Readers collect them beside the SDK's own,
 * in the same data model (`metricProducers`).
 */
export class BoundMetrics implements MetricProducer {
  readonly #metrics = new Map<string, { readonly binder: unknown; readonly collect: () => MetricData }>();

  /** @param boundaries upper bounds, inclusive, in the definition's unit */
  histogram(definition: MetricDefinition, boundaries: readonly number[]): Binder<BoundHistogram> {
    const own = [...boundaries];
    return this.#binder<Histogram, BoundHistogram>(
      definition,
      (attributes) => new BoundHistogram(attributes, own),
      { dataPointType: DataPointType.HISTOGRAM },
    );
  }

  /** A sum that only grows. */
  counter(definition: MetricDefinition): Binder<BoundCounter> {
    const kind = { dataPointType: DataPointType.SUM, isMonotonic: true } as const;
    return this.#binder<number, BoundCounter>(definition, (attributes) => new BoundCounter(attributes), kind);
  }

  /** A sum that goes up and down. */
  upDownCounter(definition: MetricDefinition): Binder<BoundSum> {
    const kind = { dataPointType: DataPointType.SUM, isMonotonic: false } as const;
    return this.#binder<number, BoundSum>(definition, (attributes) => new BoundSum(attributes), kind);
  }

  /** The binder of a metric: like the SDK's instruments, the same for all who ask for it by its name. */
  #binder<Value, Bound extends Collected<Value>>(
    definition: MetricDefinition,
    make: (attributes: Attributes) => Bound,
    kind: Pick<HistogramMetricData, 'dataPointType'> | Pick<SumMetricData, 'dataPointType' | 'isMonotonic'>,
  ): Binder<Bound> {
    const known = this.#metrics.get(definition.name);
    if (known !== undefined) return known.binder as Binder<Bound>;
    const points = new Points<Value, Bound>(make);
    const collect = () =>
      ({ ...descriptorOf(definition), ...kind, dataPoints: points.collect() }) as unknown as MetricData;
    this.#metrics.set(definition.name, { binder: points, collect });
    return points;
  }

  collect(): Promise<CollectionResult> {
    const scopes = () => [
      {
        scope: { name: METER_NAME },
        metrics: Array.from(this.#metrics.values(), ({ collect }) => collect()),
      },
    ];
    return Promise.resolve({
      resourceMetrics: {
        resource: emptyResource(),
        // Looked at when the SDK has collected its own: what callbacks counted meanwhile is in it.
        get scopeMetrics() {
          return scopes();
        },
      },
      errors: [],
    });
  }
}

export interface Binder<Bound> {
  /** The series of an attribute set. To find it costs something: whoever records keeps it. */
  bind(attributes: Attributes): Bound;
}

interface Collected<Value> {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  value(): Value;
}

class Points<Value, Bound extends Collected<Value>> implements Binder<Bound> {
  readonly #make: (attributes: Attributes) => Bound;
  readonly #bound = new Map<string, Bound>();

  constructor(make: (attributes: Attributes) => Bound) {
    this.#make = make;
  }

  bind(attributes: Attributes): Bound {
    const key = JSON.stringify(Object.entries(attributes).sort());
    let bound = this.#bound.get(key);
    if (bound === undefined) {
      bound = this.#make(attributes);
      this.#bound.set(key, bound);
    }
    return bound;
  }

  collect(): DataPoint<Value>[] {
    const endTime = hrTime();
    return Array.from(this.#bound.values(), (bound) => ({
      attributes: bound.attributes,
      startTime: bound.startTime,
      endTime,
      value: bound.value(),
    }));
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

export class BoundCounter extends BoundSum {
  /** What would make it fall is no event. */
  override add(value: number): void {
    if (value >= 0) super.add(value);
  }
}

const descriptorOf = ({ name, description, unit }: MetricDefinition) => ({
  descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
  aggregationTemporality: AggregationTemporality.CUMULATIVE,
});
