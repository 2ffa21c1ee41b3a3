import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { parseConfig, variableNames } from '../../src/config.ts';
import { readText } from './monitoring-files.ts';

const text = readText('.env.example');
const example = parseEnv(text);
const scripts = ['docker-compose.yaml', 'docker-compose.dev.yaml', 'run.sh', 'scripts/native-monitoring.sh']
  .concat(
    'infra/opentelemetry.env',
    'infra/monitoring/alertmanager/render-config.sh',
    'infra/monitoring/prometheus/render-config.sh',
  )
  .map(readText)
  .join('\n');

test('.env.example has every variable of the service', () => {
  expect(variableNames.filter((name) => !(name in example))).toEqual([]);
});

test('.env.example has no variable that nothing reads', () => {
  const unread = Object.keys(example).filter(
    (name) => !variableNames.includes(name) && !new RegExp(`\\b${name}\\b`).test(scripts),
  );
  expect(unread).toEqual([]);
});

test('.env.example shows the defaults: with it the service starts as without it', () => {
  expect(parseConfig(example)).toEqual(parseConfig({}));
});

test('.env.example explains each variable, or the group it stands in', () => {
  const groups = text.split(/\n(?=#)/).filter((group) => /^[A-Z]/m.test(group));
  const unexplained = groups.filter((group) => !group.startsWith('# '));
  expect(unexplained).toEqual([]);
  expect(groups.length).toBeGreaterThan(30);
});
