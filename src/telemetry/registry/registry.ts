import packageJson from '../../../package.json' with { type: 'json' };
import {
  ATTRIBUTES,
  type AttributeName,
  type Attributes,
  type AttributeText,
  EXCEPTION,
} from '../attributes.ts';
import { CATALOGUE, type MetricDefinition } from '../catalogue.ts';
import { LOG_EVENTS, type LogEventDefinition } from '../log/events.ts';
import { SPANS, type SpanDefinition } from '../spans.ts';
import type {
  AttributeDefinition,
  AttributeReference,
  EventGroup,
  MetricGroup,
  SpanGroup,
} from './groups.ts';

/** Everything says of itself whether it may still change. */
const STABILITY = { stability: 'development' } as const;

/** What the domain metrics begin with unless `PROMETHEUS__METRIC_NAMESPACE` and `…_SUBSYSTEM` say otherwise. */
const PREFIX = 'mlops.backend';

// The one metric that no instrument makes: it is the resource.
const { targetInfo, ...metrics } = CATALOGUE;
const definitions: readonly (readonly [key: string, MetricDefinition])[] = Object.entries(metrics);

/** Every closed set that any metric has for an attribute. */
const closedSets = (attribute: string): readonly (readonly string[])[] =>
  [...definitions.map(([, definition]) => definition), targetInfo as MetricDefinition].flatMap(
    ({ labels }) => {
      const values = labels[attribute];
      return values ? [values] : [];
    },
  );

const valuesOf = (attribute: AttributeName): readonly string[] => {
  const { values }: AttributeText = ATTRIBUTES[attribute];
  return values ?? [...new Set(closedSets(attribute).flat())];
};

/** The language knows groups and values by words of letters, digits and underscores. */
const idOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

const member = (value: string) => ({ id: idOf(value), value, ...STABILITY });

function attributeDefinition(id: AttributeName): AttributeDefinition {
  const { brief, type, examples }: AttributeText = ATTRIBUTES[id];
  const closed = { members: valuesOf(id).map(member) };
  return { id, type: type ?? closed, brief, ...(examples && { examples }), ...STABILITY };
}

function reference([ref, values]: readonly [string, readonly string[] | null]): AttributeReference {
  if (values === null) return { ref, requirement_level: 'recommended' };
  const partial = values.length < valuesOf(ref as AttributeName).length;
  return { ref, requirement_level: 'required', ...(partial && { annotations: { values } }) };
}

function metricGroup([key, definition]: readonly [string, MetricDefinition]): MetricGroup {
  const { group, name, kind, unit, description, labels, buckets } = definition;
  const fullName = group === 'domain' ? `${PREFIX}.${name}` : name;
  return {
    id: `metric.${fullName}`,
    type: 'metric',
    metric_name: fullName,
    brief: description,
    instrument: kind,
    unit,
    ...STABILITY,
    attributes: Object.entries(labels).map(reference),
    annotations: { catalogue: key, ...(buckets && { buckets }) },
  };
}

const references = (attributes: Attributes): readonly AttributeReference[] =>
  Object.entries(attributes).map(([ref, requirement_level]) => ({ ref, requirement_level }));

const spanGroups: readonly SpanGroup[] = Object.entries<SpanDefinition>(SPANS).map(
  ([span_name, { kind, brief, attributes, linkAttributes, events, source }]) => ({
    id: `span.${idOf(span_name)}`,
    type: 'span',
    span_kind: kind,
    brief,
    ...STABILITY,
    attributes: references(attributes),
    annotations: {
      span_name,
      ...(linkAttributes && { link_attributes: Object.keys(linkAttributes) }),
      ...(events && {
        events: Object.fromEntries(Object.entries(events).map(([name, own]) => [name, Object.keys(own)])),
      }),
      ...(source !== undefined && { source }),
    },
  }),
);

/** As a record has them, which tells of the error of a line by the conventions. */
const LINE_ERROR = 'err' satisfies AttributeName;
const sent = ({ [LINE_ERROR]: error, ...others }: Attributes): Attributes =>
  error === undefined ? others : { ...others, ...EXCEPTION };

const eventGroups: readonly EventGroup[] = Object.entries<LogEventDefinition>(LOG_EVENTS).map(
  ([name, { levels, brief, attributes }]) => ({
    id: `event.${idOf(name)}`,
    type: 'event',
    name,
    brief,
    ...STABILITY,
    attributes: references(sent(attributes)),
    annotations: { severities: levels },
  }),
);

/**
 * The catalogues as a registry of OpenTelemetry Weaver, in its language of semantic conventions: the contents of each
 * file, by its name. It refers to no other registry, so that nothing need be fetched to check against it.
 */
export function registryFiles(): Readonly<Record<string, object>> {
  return {
    'manifest.yaml': {
      name: packageJson.name,
      description:
        'Every metric, span and log event of the service, their attributes, and what a process says of itself.',
      // It names the registry and its version; nothing is fetched from there.
      schema_url: `https://${packageJson.name}.invalid/schemas/${packageJson.version}`,
    },
    'attributes.yaml': {
      groups: [
        {
          id: `registry.${packageJson.name}`,
          type: 'attribute_group',
          brief: 'Attributes of the metrics, spans and log events, and of the resource.',
          attributes: (Object.keys(ATTRIBUTES) as AttributeName[])
            .filter((name) => name !== LINE_ERROR)
            .map(attributeDefinition),
        },
      ],
    },
    'metrics.yaml': { groups: definitions.map(metricGroup) },
    'spans.yaml': { groups: spanGroups },
    'events.yaml': { groups: eventGroups },
    'resources.yaml': {
      groups: [
        {
          id: 'entity.service.instance',
          type: 'entity',
          name: 'service.instance',
          brief:
            'A process of the service, as the resource of all that it exports and `target_info` have it.',
          ...STABILITY,
          attributes: Object.keys(targetInfo.labels).map((ref) => ({
            ref,
            role: ref === 'service.instance.id' ? 'identifying' : 'descriptive',
          })),
        },
      ],
    },
  };
}
