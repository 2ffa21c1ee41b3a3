import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { allPanels, type Dashboard, dashboards, type Panel, readText, untraced } from './monitoring-files.ts';

/** The dashboards against Grafana's own schemas of classic ones, down to the options of panels and queries. */
interface Schema {
  readonly definitions: Readonly<Record<string, { readonly properties?: Readonly<Record<string, object>> }>>;
}
const schemas = JSON.parse(readText('infra/monitoring/grafana/schemas.json')) as Readonly<
  Record<string, Schema>
>;
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

for (const [name, schema] of Object.entries(schemas)) if (name !== '$comment') ajv.addSchema(schema, name);

/** @returns what is wrong with a value */
function faultsOf(schema: string, definition: string, value: unknown, property?: string): readonly string[] {
  const path = `${definition}${property === undefined ? '' : `/properties/${property}`}`;
  const validate = ajv.getSchema(`${schema}#/definitions/${path}`);
  if (validate === undefined) return [`${schema} has no ${path}`];
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${path}${instancePath} ${message} ${JSON.stringify(params)}`,
      );
}

const knows = (schema: string, definition: string) => schemas[schema]?.definitions[definition] !== undefined;

/** The schema of the traces panel has nothing. */
const UNDESCRIBED = ['traces', 'row'];

function faultsOfPanel(panel: Panel): readonly string[] {
  const { type, options, fieldConfig, targets = [] } = panel;
  if (UNDESCRIBED.includes(type)) return [];
  const { custom } = fieldConfig?.defaults ?? {};
  return [
    ...faultsOf(type, 'Options', options),
    ...(custom !== undefined && knows(type, 'FieldConfig') ? faultsOf(type, 'FieldConfig', custom) : []),
    ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties.flatMap((property) => faultsOfOverride(type, property)),
    ),
    ...targets.flatMap((target) => {
      const { type: source } = target.datasource;
      return faultsOf(source, knows(source, 'Dataquery') ? 'Dataquery' : 'dataquery', target);
    }),
  ];
}

/** What stands for single lines or columns is no part of a schema of its own: it replaces a property of all. */
function faultsOfOverride(type: string, { id, value }: { readonly id: string; readonly value: unknown }) {
  const [, own] = /^custom\.(\w+)$/.exec(id) ?? [];
  const [schema, definition, property] = own
    ? ([type, definitionOf(type), own] as const)
    : (['dashboard', 'FieldConfig', id] as const);
  const isKnown = schemas[schema]?.definitions[definition]?.properties?.[property] !== undefined;
  return isKnown ? faultsOf(schema, definition, value, property) : [`no property ${id}`];
}

/** Of the graph's and the table's own properties. */
const definitionOf = (type: string) =>
  ({ timeseries: 'GraphFieldConfig', table: 'TableFieldOptions' })[type] ?? 'FieldConfig';

describe.each([...dashboards, ...untraced])('$title', ({ path }) => {
  const dashboard = JSON.parse(readText(path)) as Dashboard;

  test('has no key and no value that Grafana does not know', () => {
    expect(faultsOf('dashboard', 'Dashboard', dashboard)).toEqual([]);
  });

  test('nor have its panels and their queries', () => {
    const faults = allPanels(dashboard).flatMap((panel) =>
      faultsOfPanel(panel).map((fault) => `${panel.title}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });
});

test('a key that Grafana does not know is found, wherever it stands', () => {
  const [dashboard] = dashboards.filter(({ uid }) => uid === 'mlops-backend-overview') as [Dashboard];
  const panel = allPanels(dashboard).find(({ title }) => title === 'Runs by outcome') as Panel;
  expect(faultsOf('dashboard', 'Dashboard', { ...dashboard, path: undefined, titel: '' })).not.toEqual([]);
  expect(faultsOfPanel(panel)).toEqual([]);
  expect(faultsOfPanel({ ...panel, options: { ...panel.options, legende: {} } })).not.toEqual([]);
  const [target] = panel.targets ?? [];
  expect(faultsOfPanel({ ...panel, targets: [{ ...target, query_: 1 } as never] })).not.toEqual([]);
  const property = { id: 'custom.stackin', value: {} };
  const overrides = [{ matcher: { options: 'a' }, properties: [property] }];
  expect(faultsOfPanel({ ...panel, fieldConfig: { ...panel.fieldConfig, overrides } })).toEqual([
    'no property custom.stackin',
  ]);
});
