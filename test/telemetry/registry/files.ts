import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type {
  AttributeGroup,
  EntityGroup,
  EventGroup,
  Group,
  MetricGroup,
  SpanGroup,
} from '../../../src/telemetry/registry/groups.ts';

export const FOLDER = new URL('../../../docs/registry/', import.meta.url);

const groupsOf = (file: string) =>
  (parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { groups: readonly Group[] }).groups;

/** The registry as it is committed. */
export const attributeGroups = groupsOf('attributes.yaml') as readonly AttributeGroup[];
export const metricGroups = groupsOf('metrics.yaml') as readonly MetricGroup[];
export const spanGroups = groupsOf('spans.yaml') as readonly SpanGroup[];
export const eventGroups = groupsOf('events.yaml') as readonly EventGroup[];
export const entityGroups = groupsOf('resources.yaml') as readonly EntityGroup[];
export const groups: readonly Group[] = [
  ...attributeGroups,
  ...metricGroups,
  ...spanGroups,
  ...eventGroups,
  ...entityGroups,
];
