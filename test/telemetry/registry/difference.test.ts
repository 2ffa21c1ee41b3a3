import { spawnSync } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { differences } from '../../../src/telemetry/registry/difference.ts';
import type { AttributeDefinition, Group, MetricGroup } from '../../../src/telemetry/registry/groups.ts';
import { temporaryFolder } from '../../infra/temporary-folder.ts';
import { FOLDER, groups } from './files.ts';

/** The registry with another metric in place of one. */
const withMetric = (name: string, change: (metric: MetricGroup) => MetricGroup): readonly Group[] =>
  groups.map((group) => (group.type === 'metric' && group.metric_name === name ? change(group) : group));

/** The registry with other attributes. */
const withAttributes = (
  change: (attributes: readonly AttributeDefinition[]) => readonly AttributeDefinition[],
): readonly Group[] =>
  groups.map((group) =>
    group.type === 'attribute_group' ? { ...group, attributes: change(group.attributes) } : group,
  );

const UPLOADS = 'mlops.backend.dataset.uploads';
const RETRIES = 'mlops.backend.training.retries';

test('a registry does not differ from itself', () => {
  expect(differences(groups, groups)).toEqual([]);
});

test('a metric that changed its name is renamed, not removed and added', () => {
  const before = withMetric(UPLOADS, (metric) => ({ ...metric, id: 'old', metric_name: 'uploads' }));
  expect(differences(before, groups)).toEqual([`renamed  metric     uploads → ${UPLOADS}`]);
  expect(differences(groups, before)).toEqual([`renamed  metric     ${UPLOADS} → uploads`]);
});

test('a metric that is there on one side only is added or removed', () => {
  const without = groups.filter(({ id }) => id !== `metric.${UPLOADS}`);
  expect(differences(without, groups)).toEqual([`added    metric     ${UPLOADS}`]);
  expect(differences(groups, without)).toEqual([`removed  metric     ${UPLOADS}`]);
});

test('a span and a log event are renamed where their descriptions stay, and told where they say something else', () => {
  const before = groups.map((group): Group => {
    if (group.type === 'span' && group.id === 'span.store_model')
      return { ...group, annotations: { ...group.annotations, span_name: 'store' } };
    if (group.type === 'event' && group.id === 'event.training_failed')
      return {
        ...group,
        name: 'failed',
        attributes: [],
        annotations: { severities: ['error'] },
      };
    return group;
  });
  expect(differences(before, groups)).toEqual([
    'renamed  span       store → store model',
    'renamed  event      failed → training failed',
    'changed  event      training failed: severities − error + warn',
    'changed  event      training failed: attributes + run + mode + error_type',
  ]);
  const without = groups.filter(({ id }) => id !== 'span.store_model' && id !== 'event.training_failed');
  expect(differences(without, groups)).toEqual([
    'added    span       store model',
    'added    event      training failed',
  ]);
});

test('an attribute is renamed where its description stays, and removed and added where not', () => {
  const renamed = (brief: string) =>
    withAttributes((attributes) =>
      attributes.map((one) =>
        one.id === 'drift' ? { ...one, id: 'drifted', brief: brief || one.brief } : one,
      ),
    );
  expect(differences(renamed(''), groups)).toEqual(['renamed  attribute  drifted → drift']);
  expect(differences(renamed('Something else.'), groups)).toEqual([
    'removed  attribute  drifted',
    'added    attribute  drift',
  ]);
});

test('what a metric counts by, in which unit and buckets, is told where it changed', () => {
  const before = withMetric('http.server.request.duration', (metric) => ({
    ...metric,
    unit: 'ms',
    instrument: 'counter',
    attributes: [{ ref: 'mode' }, ...metric.attributes.slice(1)],
    annotations: { ...metric.annotations, buckets: [0.001, ...(metric.annotations.buckets?.slice(1) ?? [])] },
  }));
  const changed = 'changed  metric     http.server.request.duration: ';
  expect(differences(before, groups)).toEqual([
    `${changed}instrument counter → histogram`,
    `${changed}unit ms → s`,
    `${changed}attributes − mode + http.request.method`,
    `${changed}buckets − 0.001 + 0.005`,
  ]);
});

test('a renamed metric that changed as well is told so by its new name', () => {
  const before = withMetric(UPLOADS, (metric) => ({ ...metric, metric_name: 'uploads', unit: '1' }));
  expect(differences(before, groups)).toEqual([
    `renamed  metric     uploads → ${UPLOADS}`,
    `changed  metric     ${UPLOADS}: unit 1 → {upload}`,
  ]);
});

test('values that came and went are told, of an attribute and of a metric that has some of them', () => {
  const before = withAttributes((attributes) =>
    attributes.map((one) =>
      one.id === 'mode'
        ? {
            ...one,
            type: {
              members: [
                { id: 'light', value: 'light' },
                { id: 'x', value: 'x' },
              ],
            },
          }
        : one,
    ),
  );
  expect(differences(before, groups)).toEqual(['changed  attribute  mode: values − x + heavy']);

  const fewer = withMetric(RETRIES, (metric) => ({
    ...metric,
    attributes: metric.attributes.map((one) =>
      one.ref === 'reason' ? { ...one, annotations: { values: ['storage'] } } : one,
    ),
  }));
  expect(differences(fewer, groups)).toEqual([
    `changed  metric     ${RETRIES}: values of reason + worker_lost + trainer_crashed + _OTHER`,
  ]);
});

test('npm run registry -- --diff FOLDER prints what has changed since the registry there', async () => {
  await using folder = await temporaryFolder();
  const project = fileURLToPath(new URL('../../', FOLDER));
  const compare = () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'scripts/registry.ts', '--diff', folder.path],
      { cwd: project, encoding: 'utf8' },
    );
    return { status, stdout };
  };
  await cp(FOLDER, folder.path, { recursive: true });
  expect(compare()).toEqual({ status: 0, stdout: 'no difference\n' });
  const file = join(folder.path, 'metrics.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll('training.queue.depth', 'training.queue.length'));
  expect(compare()).toEqual({
    status: 0,
    stdout: 'renamed  metric     mlops.backend.training.queue.length → mlops.backend.training.queue.depth\n',
  });
});
