import type { AttributeDefinition, Group } from './groups.ts';

type Change = 'renamed' | 'removed' | 'added' | 'changed';

/** A metric, a span, a log event or an attribute, as far as somebody who reads it depends on it. */
interface Entry {
  readonly what: 'metric' | 'span' | 'event' | 'attribute';
  readonly name: string;
  /** What it keeps when it is renamed. */
  readonly identity: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly sets: Readonly<Record<string, readonly string[]>>;
}

const attributeEntry = ({ id, type, brief }: AttributeDefinition): Entry => ({
  what: 'attribute',
  name: id,
  identity: brief,
  facts: { type: typeof type === 'string' ? type : 'closed' },
  sets: { values: typeof type === 'string' ? [] : type.members.map(({ value }) => value) },
});

const entriesOf = (group: Group): readonly Entry[] => {
  switch (group.type) {
    case 'attribute_group':
      return group.attributes.map(attributeEntry);
    case 'metric':
      return [
        {
          what: 'metric',
          name: group.metric_name,
          identity: group.annotations.catalogue,
          facts: { instrument: group.instrument, unit: group.unit },
          sets: {
            attributes: group.attributes.map(({ ref }) => ref),
            ...Object.fromEntries(
              group.attributes.map(({ ref, annotations }) => [`values of ${ref}`, annotations?.values ?? []]),
            ),
            buckets: (group.annotations.buckets ?? []).map(String),
          },
        },
      ];
    case 'span':
      return [
        {
          what: 'span',
          name: group.annotations.span_name,
          identity: group.brief,
          facts: { kind: group.span_kind },
          sets: {
            attributes: group.attributes.map(({ ref }) => ref),
            'attributes of links': group.annotations.link_attributes ?? [],
            events: Object.keys(group.annotations.events ?? {}),
          },
        },
      ];
    case 'event':
      return [
        {
          what: 'event',
          name: group.name,
          identity: group.brief,
          facts: {},
          sets: {
            severities: group.annotations.severities,
            attributes: group.attributes.map(({ ref }) => ref),
          },
        },
      ];
    case 'entity':
      // Its attributes stand in their group.
      return [];
  }
};

/**
 * What has come of the metrics, spans, log events and attributes of one registry in another, a line each: renamed,
 * removed, added, or the same by name and not in what it says. A metric is known again by its key in the catalogue,
 * everything else by its description.
 */
export function differences(before: readonly Group[], after: readonly Group[]): readonly string[] {
  const [old, now] = [before.flatMap(entriesOf), after.flatMap(entriesOf)];
  const named = (entries: readonly Entry[], { what, name }: Entry) =>
    entries.find((other) => other.what === what && other.name === name);
  const gone = old.filter((entry) => named(now, entry) === undefined);
  const come = now.filter((entry) => named(old, entry) === undefined);
  const successor = ({ what, identity }: Entry) =>
    come.find((entry) => entry.what === what && entry.identity === identity);

  const renamed = gone.flatMap((was) => {
    const is = successor(was);
    return is === undefined ? [] : [{ was, is }];
  });
  const kept = old.flatMap((was) => {
    const is = named(now, was);
    return is === undefined ? [] : [{ was, is }];
  });
  const line = (change: Change, { what, name }: Entry, more = '') =>
    `${change.padEnd(7)}  ${what.padEnd(9)}  ${name}${more}`;
  return [
    ...renamed.map(({ was, is }) => line('renamed', was, ` → ${is.name}`)),
    ...gone.filter((was) => successor(was) === undefined).map((was) => line('removed', was)),
    ...come.filter((is) => !renamed.some((pair) => pair.is === is)).map((is) => line('added', is)),
    ...[...renamed, ...kept].flatMap(({ was, is }) =>
      alterations(was, is).map((alteration) => line('changed', is, `: ${alteration}`)),
    ),
  ];
}

function alterations(was: Entry, is: Entry): readonly string[] {
  const facts = Object.entries(is.facts).flatMap(([fact, value]) =>
    was.facts[fact] === value ? [] : [`${fact} ${was.facts[fact]} → ${value}`],
  );
  const sets = Object.entries(is.sets).flatMap(([set, values]) => {
    const before = was.sets[set] ?? [];
    const changes = [
      ...before.filter((value) => !values.includes(value)).map((value) => `− ${value}`),
      ...values.filter((value) => !before.includes(value)).map((value) => `+ ${value}`),
    ];
    return changes.length === 0 ? [] : [`${set} ${changes.join(' ')}`];
  });
  return [...facts, ...sets];
}
