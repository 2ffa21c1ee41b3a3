import type { MetricKind } from '../catalogue.ts';
import type { Level } from '../log/events.ts';

/** What of OpenTelemetry Weaver's language of semantic conventions this registry uses. */
interface Member {
  readonly id: string;
  readonly value: string;
}

export interface AttributeDefinition {
  readonly id: string;
  readonly type: string | { readonly members: readonly Member[] };
  readonly brief: string;
  readonly examples?: readonly (string | number | readonly string[])[];
}

export interface AttributeReference {
  readonly ref: string;
  readonly requirement_level?: 'required' | 'recommended';
  readonly role?: 'identifying' | 'descriptive';
  /** Where a metric has not all of the attribute's values: those that it has. */
  readonly annotations?: { readonly values: readonly string[] };
}

interface Described {
  readonly id: string;
  readonly brief: string;
}

export interface AttributeGroup extends Described {
  readonly type: 'attribute_group';
  readonly attributes: readonly AttributeDefinition[];
}

export interface MetricGroup extends Described {
  readonly type: 'metric';
  readonly metric_name: string;
  readonly instrument: MetricKind;
  readonly unit: string;
  readonly attributes: readonly AttributeReference[];
  readonly annotations: {
    /** Its key in the catalogue, which it keeps when it is renamed. */
    readonly catalogue: string;
    readonly buckets?: readonly number[];
  };
}

/** A span by its kind; the language has no word for its name. */
export interface SpanGroup extends Described {
  readonly type: 'span';
  readonly span_kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes: readonly AttributeReference[];
  readonly annotations: {
    /** With attributes in braces, whose values stand there. */
    readonly span_name: string;
    readonly link_attributes?: readonly string[];
    /** Of what is told within it, by name. */
    readonly events?: Readonly<Record<string, readonly string[]>>;
    /** The library that makes it. */
    readonly source?: string;
  };
}

export interface EventGroup extends Described {
  readonly type: 'event';
  /** The body of its log record. */
  readonly name: string;
  readonly attributes: readonly AttributeReference[];
  readonly annotations: { readonly severities: readonly Level[] };
}

export interface EntityGroup extends Described {
  readonly type: 'entity';
  readonly name: string;
  readonly attributes: readonly AttributeReference[];
}

export type Group = AttributeGroup | MetricGroup | SpanGroup | EventGroup | EntityGroup;
