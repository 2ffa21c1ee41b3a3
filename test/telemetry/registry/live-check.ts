import { prometheusLabel, prometheusMetrics } from '../../../src/telemetry/prometheus-names.ts';
import type { AttributeReference } from '../../../src/telemetry/registry/groups.ts';
import type { SeenLog, SeenMetric, SeenSpan } from '../../support/otlp/received.ts';
import type { Exposition } from '../exposition-reader.ts';
import { attributeGroups, entityGroups, eventGroups, metricGroups, spanGroups } from './files.ts';

type Attributes = Readonly<Record<string, unknown>>;

const definitions = new Map(
  attributeGroups.flatMap(({ attributes }) => attributes).map((definition) => [definition.id, definition]),
);
const IS_OF: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: Number.isInteger,
  double: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  'string[]': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  any: () => true,
};

/** @param type a word of the registry's */
export const isOf = (type: string, value: unknown): boolean => IS_OF[type]?.(value) === true;

const refsOf = (attributes: readonly AttributeReference[]) => attributes.map(({ ref }) => ref);
const required = (attributes: readonly AttributeReference[]) =>
  refsOf(attributes.filter(({ requirement_level }) => requirement_level === 'required'));

/**
 * What is written in braces is an attribute's value, or a word of which no attribute tells; the last may be missing. By
 * the conventions a method that is unknown is called HTTP in the name.
 */
function isNamed(pattern: string, name: string, attributes: Attributes): boolean {
  const parts = pattern.split(/\{([^}]*)\}/).map((part, i) => {
    const text = i % 2 === 0 ? part : attributes[part] === '_OTHER' ? 'HTTP' : attributes[part];
    return text === undefined ? '\\S*' : String(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  const whole = new RegExp(`^${parts.join('')}$`);
  return whole.test(name) || whole.test(`${name} `);
}

/**
 * Holds what a process really sends against the registry that is published (`docs/registry`), both ways: what is not
 * declared there, and what is declared and was not seen.
 */
export class LiveCheck {
  readonly #undeclared = new Set<string>();
  readonly #seen = new Set<string>();

  get undeclared(): readonly string[] {
    return [...this.#undeclared].sort();
  }

  /** @returns names as they stand in the complaints of what is not declared */
  get unseen(): readonly string[] {
    return declared().filter((name) => !this.#seen.has(name));
  }

  #attributes(of: string, found: Attributes, allowed: readonly string[], always: readonly string[] = []) {
    this.#seen.add(of);
    for (const [name, value] of Object.entries(found)) {
      const whole = `${of} · ${name}`;
      this.#seen.add(whole);
      const type = definitions.get(name)?.type;
      const isRight =
        typeof type === 'object'
          ? type.members.some((member) => member.value === value)
          : isOf(type ?? '', value);
      if (!allowed.includes(name)) this.#undeclared.add(whole);
      else if (!isRight) this.#undeclared.add(`${whole} = ${JSON.stringify(value)}`);
    }
    for (const name of always) if (!(name in found)) this.#undeclared.add(`${of} without ${name}`);
  }

  span({ name, kind, attributes, events, links, instrumentation }: SeenSpan): void {
    const groups = spanGroups.filter(
      ({ span_kind, annotations }) =>
        span_kind === kind.toLowerCase() && isNamed(annotations.span_name, name, attributes),
    );
    // Of two that may be called so, the one whose attributes it has.
    const group =
      groups.find((each) => required(each.attributes).every((always) => always in attributes)) ?? groups[0];
    if (group === undefined) {
      this.#undeclared.add(`span ${kind} ${name} (${instrumentation})`);
      return;
    }
    const of = `span ${group.annotations.span_name}`;
    this.#attributes(of, attributes, refsOf(group.attributes), required(group.attributes));
    for (const link of links)
      this.#attributes(`${of} → link`, link.attributes, group.annotations.link_attributes ?? []);
    for (const event of events) {
      const known = group.annotations.events?.[event.name];
      if (known === undefined) this.#undeclared.add(`${of} ! ${event.name}`);
      else this.#attributes(`${of} ! ${event.name}`, event.attributes, known);
    }
  }

  log({ severity, body, attributes }: Pick<SeenLog, 'severity' | 'body' | 'attributes'>): void {
    const group = eventGroups.find(({ name }) => name === body);
    if (group === undefined) {
      this.#undeclared.add(`event ${body}`);
      return;
    }
    const of = `event ${group.name}`;
    if (!group.annotations.severities.some((level) => level === severity))
      this.#undeclared.add(`${of} of severity ${severity}`);
    this.#attributes(of, attributes, refsOf(group.attributes), required(group.attributes));
  }

  metric({ name, instrument, unit, points }: SeenMetric): void {
    const group = metricGroups.find(({ metric_name }) => metric_name === name);
    if (group === undefined) {
      this.#undeclared.add(`metric ${name}`);
      return;
    }
    const of = `metric ${name}`;
    if (instrument !== group.instrument || unit !== group.unit)
      this.#undeclared.add(`${of} as ${instrument} in ${unit}`);
    for (const { attributes } of points)
      this.#attributes(of, attributes, refsOf(group.attributes), required(group.attributes));
    for (const { ref, annotations } of group.attributes)
      for (const { attributes } of points)
        if (annotations && !annotations.values.includes(String(attributes[ref])))
          this.#undeclared.add(`${of} · ${ref} = ${attributes[ref]}`);
  }

  resource(attributes: Attributes): void {
    const [entity] = entityGroups;
    if (entity) this.#attributes('resource', attributes, refsOf(entity.attributes));
  }

  /** Every sample of a page in text format. */
  scraped({ families }: Exposition): void {
    for (const { name, type, samples } of families.values()) {
      const metric = prometheusMetrics().find((known) => known.name === name);
      if (metric === undefined || metric.type !== type) this.#undeclared.add(`scraped ${type} ${name}`);
      const sets = Object.entries(metric?.definition.labels ?? {}).map(
        ([label, values]) => [prometheusLabel(label), values] as const,
      );
      for (const { labels } of samples) {
        for (const [label, value] of Object.entries(labels)) {
          if (label === 'le' && type === 'histogram') continue;
          const found = sets.find(([known]) => known === label);
          if (found === undefined || (found[1] !== null && !found[1].includes(value)))
            this.#undeclared.add(`scraped ${name}{${label}="${value}"}`);
        }
        for (const [label, values] of sets)
          if (values !== null && !(label in labels)) this.#undeclared.add(`scraped ${name} without ${label}`);
      }
    }
  }
}

/** Everything in the registry, in the words of the check. */
export function declared(): readonly string[] {
  const withAttributes = (of: string, attributes: readonly string[]) => [
    of,
    ...attributes.map((name) => `${of} · ${name}`),
  ];
  return [
    ...entityGroups.flatMap(({ attributes }) => withAttributes('resource', refsOf(attributes))),
    ...metricGroups.flatMap(({ metric_name, attributes }) =>
      withAttributes(`metric ${metric_name}`, refsOf(attributes)),
    ),
    ...eventGroups.flatMap(({ name, attributes }) => withAttributes(`event ${name}`, refsOf(attributes))),
    ...spanGroups.flatMap(({ attributes, annotations }) => {
      const of = `span ${annotations.span_name}`;
      const links = annotations.link_attributes ?? [];
      return [
        ...withAttributes(of, refsOf(attributes)),
        ...links.map((name) => `${of} → link · ${name}`),
        ...Object.entries(annotations.events ?? {}).flatMap(([event, own]) =>
          withAttributes(`${of} ! ${event}`, own),
        ),
      ];
    }),
  ];
}
