import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import { CATALOGUE, type MetricDefinition } from '../../../src/telemetry/catalogue.ts';
import { LOG_EVENTS } from '../../../src/telemetry/log/events.ts';
import { SPANS } from '../../../src/telemetry/spans.ts';
import { attributeGroups, eventGroups, groups, metricGroups, spanGroups } from './files.ts';
import { isOf } from './live-check.ts';

const catalogue: Readonly<Record<string, MetricDefinition>> = CATALOGUE;
const definitions = attributeGroups.flatMap(({ attributes }) => attributes);
const members = (id: string) => {
  const type = definitions.find((definition) => definition.id === id)?.type;
  return typeof type === 'object' ? type.members : undefined;
};

test('docs/registry is what the catalogues say', () => {
  const script = fileURLToPath(new URL('../../../scripts/registry.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

describe('the registry', () => {
  test('has every metric that an instrument makes, under the name that OTLP carries', () => {
    const prefix = parseConfig({}).metrics.prefix;
    const names = Object.entries(catalogue)
      .filter(([key]) => key !== 'targetInfo')
      .map(([, { group, name }]) => (group === 'domain' ? `${prefix}.${name}` : name));
    expect(metricGroups.map(({ metric_name }) => metric_name)).toEqual(names);
    expect(names).toHaveLength(new Set(names).size);
  });

  test('gives each metric the attributes of the catalogue, with their values where those are closed', () => {
    for (const { attributes, annotations } of metricGroups) {
      const labels = catalogue[annotations.catalogue]?.labels ?? {};
      expect(attributes.map(({ ref }) => ref)).toEqual(Object.keys(labels));
      for (const attribute of attributes) {
        const all = members(attribute.ref)?.map(({ value }) => value);
        expect(attribute.annotations?.values ?? all).toEqual(labels[attribute.ref] ?? undefined);
      }
    }
  });

  test('has every span and every log event, by their names', () => {
    expect(spanGroups.map(({ annotations }) => annotations.span_name)).toEqual(Object.keys(SPANS));
    expect(eventGroups.map(({ name }) => name)).toEqual(Object.keys(LOG_EVENTS));
  });

  test('describes each span, log event and attribute in words of its own, by which a renamed one is known again', () => {
    const briefs = [...spanGroups, ...eventGroups, ...definitions].map(({ brief }) => brief);
    expect(briefs.filter((brief, i) => briefs.indexOf(brief) !== i)).toEqual([]);
  });

  test('refers to the attributes that it defines, each at least once', () => {
    const referred = groups.flatMap((group) => {
      if (group.type === 'attribute_group') return [];
      const refs = group.attributes.map(({ ref }) => ref);
      if (group.type !== 'span') return refs;
      const { link_attributes = [], events = {} } = group.annotations;
      return [...refs, ...link_attributes, ...Object.values(events).flat()];
    });
    expect(new Set(referred)).toEqual(new Set(definitions.map(({ id }) => id)));
    expect(definitions).toHaveLength(new Set(referred).size);
  });

  test('knows every group and every value by an id of its own', () => {
    const ids = groups.map(({ id }) => id);
    expect(ids).toHaveLength(new Set(ids).size);
    for (const { id } of definitions) {
      const own = (members(id) ?? []).map((member) => member.id);
      expect(own.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
      expect(own).toHaveLength(new Set(own).size);
    }
  });

  test('shows examples of words, numbers and lists, of their type', () => {
    for (const { id, type, examples = [] } of definitions) {
      if (typeof type !== 'string' || type === 'any' || type === 'boolean') continue;
      expect(examples.length, id).toBeGreaterThan(0);
      for (const example of examples) expect(isOf(type, example), id).toBe(true);
    }
  });
});
