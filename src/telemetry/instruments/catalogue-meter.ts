import { type BatchObservableCallback, metrics, type Observable } from '@opentelemetry/api';
import type { Binder } from '../bound/bound-metrics.ts';
import { sampledSpan } from '../bound/exemplar.ts';
import { CATALOGUE, METER_NAME, type MetricDefinition, type MetricKind } from '../catalogue.ts';
import { boundMetrics } from '../running.ts';

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
 * What is counted has closed labels, so every series is bound, and there with nothing in it, from the start: one that
 * is born with its first value has no increase until its second.
 */
export function catalogueMeter(prefix: string) {
  const meter = metrics.getMeter(METER_NAME);
  const bound = boundMetrics();
  const prefixed = (key: keyof Catalogue): MetricDefinition => {
    const definition: MetricDefinition = CATALOGUE[key];
    return { ...definition, name: `${prefix}.${definition.name}` };
  };

  return {
    counter<Key extends DomainKey<'counter'>>(key: Key): Recorder<Key> {
      const definition = prefixed(key);
      const cellOf = boundCells(definition, bound?.counter(definition));
      return (value, labels) => cellOf(labels)?.add(value);
    },

    upDownCounter<Key extends DomainKey<'updowncounter'>>(key: Key): Recorder<Key> {
      const definition = prefixed(key);
      const cellOf = boundCells(definition, bound?.upDownCounter(definition));
      return (value, labels) => cellOf(labels)?.add(value);
    },

    histogram<Key extends DomainKey<'histogram'>>(key: Key): Recorder<Key> {
      const definition = prefixed(key);
      const cellOf = boundCells(definition, bound?.histogram(definition, definition.buckets ?? []));
      return (value, labels) => cellOf(labels)?.record(value, sampledSpan());
    },

    observableGauge(key: DomainKey<'gauge'>): Observable {
      const definition = prefixed(key);
      return meter.createObservableGauge(definition.name, definition);
    },

    /** Calls back once per collection for all of `gauges`. */
    observe(gauges: readonly Observable[], callback: BatchObservableCallback): void {
      meter.addBatchObservableCallback(callback, [...gauges]);
    },
  };
}

/**
 * Binds a cell for every combination of the metric's labels.
 * @returns finds the cell of some labels by the places of their values, without making a key of them
 */
function boundCells<Cell>(
  definition: MetricDefinition,
  binder: Binder<Cell> | undefined,
): (labels: object) => Cell | undefined {
  if (binder === undefined) return () => undefined;
  const cells = labelCombinations(definition).map((labels) => binder.bind(labels));
  let apart = cells.length;
  const dimensions = Object.entries(definition.labels).map(([label, values]) => {
    apart /= values?.length ?? 1;
    return { label, places: new Map<unknown, number>(values?.map((value, i) => [value, i * apart])) };
  });
  return (labels) => {
    let place = 0;
    for (const { label, places } of dimensions)
      place += places.get((labels as Record<string, unknown>)[label]) ?? Number.NaN;
    return cells[place];
  };
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
