import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { variableNames } from '../../src/config.ts';
import { freshDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';
import { takeTour } from '../support/tour.ts';

const project = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', project), 'utf8');

test("the tour's commands work as they are printed and answer as the page says", async () => {
  await using root = await storageRoot();
  await using database = await freshDatabase();
  await using service = await startService(root.path, { DATABASE_URL: database.url });
  const stdout = await takeTour(service.origin);
  expect(stdout).toContain('"rows":133,"columns":14');
  expect(stdout).toContain('"status":"succeeded"');
  expect(stdout).toContain('"predictions":["0"]');
  expect(stdout).toMatch(/prediction,probability_0,probability_1,probability_2\n\d,0\.\d+,/);
  expect(stdout).toContain('Missing columns');
  expect(stdout).toContain(
    'mlops_backend_training_runs_total{mode="light",outcome="success",task="classification"} 1',
  );
});

test('the settings table names every variable', () => {
  for (const name of variableNames) expect(readme).toContain(`\`${name}\``);
});
