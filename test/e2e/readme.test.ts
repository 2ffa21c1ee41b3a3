import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { variableNames } from '../../src/config.ts';
import { startDeployed } from '../support/deployment.ts';
import { takeTour } from '../support/tour.ts';

const project = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', project), 'utf8');

test("the tours' commands work as they are printed and answer as the pages say", async () => {
  await using service = await startDeployed();
  const stdout = await takeTour(service.origin, undefined, ['README.md', 'docs/models.md']);
  expect(stdout).toContain('"rows":133,"columns":14');
  expect(stdout).toContain('"status":"succeeded"');
  expect(stdout).toContain('"predictions":["0"]');
  expect(stdout).toMatch(/prediction,probability_0,probability_1,probability_2\n\d,0\.\d+,/);
  expect(stdout).toContain('"name":"wine","version":1,"aliases":["production"]');
  expect(stdout).toContain('Missing columns');
  expect(stdout).toContain(
    'mlops_backend_training_runs_total{mode="light",outcome="success",task="classification"} 1',
  );
  expect(stdout).toMatch(/HTTP\/1.1 200 OK\r?\nmodel-version: 2/i);
  expect(stdout).toMatch(
    /"alias_rolled_back","alias":"production","from_version":2,"to_version":1,.*"alias_promoted"/,
  );
  expect(stdout).toMatch(
    /"An alias stands for this version: production. Move or remove it first.".*\}204\n$/,
  );
});

test('the settings table names every variable', () => {
  for (const name of variableNames) expect(readme).toContain(`\`${name}\``);
});
