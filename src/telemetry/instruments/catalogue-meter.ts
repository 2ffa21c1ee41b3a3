import {
  type Attributes,
  type BatchObservableCallback,
  type Histogram,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import { CATALOGUE, METER_NAME, type MetricDefinition, type MetricKind } from '../catalogue.ts';

type Catalogue = typeof CATALOGUE;

/** Keys of the domain metrics of one kind. */
type DomainKey<Kind extends MetricKind> = {
  [Key in keyof Catalogue]: Catalogue[Key] extends { group: 'domain'; kind: Kind } ? Key : never;
}[keyof Catalogue];

/** The labels of one metric, each with its closed set of values. */
type LabelsOf<Key extends keyof Catalogue> = {
  -readonly [Label in keyof Catalogue[Key]['labels']]: Catalogue[Key]['labels'][Label] extends readonly (infer Value)[]
    ? Value
    : string;
};

type Recorder<Key extends keyof Catalogue> = (value: number, labels: LabelsOf<Key>) => void;

/**
 * Makes the domain instruments of the catalogue. Only after the SDK has started: instruments made before it stay
 * dead. Without an SDK every instrument does nothing.
 */
export function catalogueMeter(prefix: string) {
  const meter = metrics.getMeter(METER_NAME);
  const nameOf = (definition: MetricDefinition) => `${prefix}.${definition.name}`;

  return {
    /** A counter that stands at 0 for every combination of its labels from the start. */
    counter<Key extends DomainKey<'counter'>>(key: Key): Recorder<Key> {
      const definition = CATALOGUE[key];
      const counter = meter.createCounter(nameOf(definition), definition);
      for (const labels of labelCombinations(definition)) counter.add(0, labels);
      return (value, labels) => counter.add(value, labels);
    },

    upDownCounter<Key extends DomainKey<'updowncounter'>>(key: Key): Recorder<Key> {
      const definition = CATALOGUE[key];
      const counter = meter.createUpDownCounter(nameOf(definition), definition);
      for (const labels of labelCombinations(definition)) counter.add(0, labels);
      return (value, labels) => counter.add(value, labels);
    },

    /** A histogram of which every combination of its labels is there from the start, with nothing in it. */
    histogram<Key extends DomainKey<'histogram'>>(key: Key): Recorder<Key> {
      const definition = CATALOGUE[key];
      const histogram = meter.createHistogram(nameOf(definition), definition);
      for (const labels of labelCombinations(definition)) startAtZero(histogram, labels);
      return (value, labels) => histogram.record(value, labels);
    },

    observableGauge(key: DomainKey<'gauge'>): Observable {
      const definition = CATALOGUE[key];
      return meter.createObservableGauge(nameOf(definition), definition);
    },

    /** Calls back once per collection for all of `gauges`. */
    observe(gauges: readonly Observable[], callback: BatchObservableCallback): void {
      meter.addBatchObservableCallback(callback, [...gauges]);
    },
  };
}

/**
 * A series that is born with its first value has no increase until its second. The SDK opens a series for NaN like
 * for any other value, but counts it in no bucket and in no sum.
 */
export function startAtZero(histogram: Histogram, labels: Attributes): void {
  histogram.record(Number.NaN, labels);
}

/** Every combination of the closed values of a metric's labels. */
export function labelCombinations(definition: MetricDefinition): Record<string, string>[] {
  let combinations: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(definition.labels)) {
    combinations = combinations.flatMap((labels) =>
      (values ?? []).map((value) => ({ ...labels, [label]: value })),
    );
  }
  return combinations;
}
