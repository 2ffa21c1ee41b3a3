import packageJson from '../../../package.json' with { type: 'json' };
import { CATALOGUE, type MetricDefinition } from '../catalogue.ts';
import { ATTRIBUTES, type AttributeName } from './attributes.ts';
import type { AttributeDefinition, AttributeReference, MetricGroup } from './groups.ts';

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

const valuesOf = (attribute: string) => [...new Set(closedSets(attribute).flat())];

const member = (value: string) => ({ id: value.toLowerCase().replace(/^_/, ''), value, ...STABILITY });

function attributeDefinition(id: AttributeName): AttributeDefinition {
  const { brief, ...open }: { brief: string; type?: string; examples?: readonly (string | number)[] } =
    ATTRIBUTES[id];
  const { type = { members: valuesOf(id).map(member) }, ...examples } = open;
  return { id, type, brief, ...examples, ...STABILITY };
}

function reference([ref, values]: readonly [string, readonly string[] | null]): AttributeReference {
  if (values === null) return { ref, requirement_level: 'recommended' };
  const partial = values.length < valuesOf(ref).length;
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

/**
 * The catalogue as a registry of OpenTelemetry Weaver, in its language of semantic conventions: the contents of each
 * file, by its name. It refers to no other registry, so that nothing need be fetched to check against it.
 */
export function registryFiles(): Readonly<Record<string, object>> {
  return {
    'manifest.yaml': {
      name: packageJson.name,
      description: 'Every metric of the service, its attributes, and what a process says of itself.',
      // It names the registry and its version; nothing is fetched from there.
      schema_url: `https://${packageJson.name}.invalid/schemas/${packageJson.version}`,
    },
    'attributes.yaml': {
      groups: [
        {
          id: `registry.${packageJson.name}`,
          type: 'attribute_group',
          brief: 'Attributes of the metrics and of the resource.',
          attributes: (Object.keys(ATTRIBUTES) as AttributeName[]).map(attributeDefinition),
        },
      ],
    },
    'metrics.yaml': { groups: definitions.map(metricGroup) },
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
