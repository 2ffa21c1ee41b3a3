import { spawnSync } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const project = (path: string) => fileURLToPath(new URL(path, ROOT));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  const isOurs = (path: string) => !path.includes('node_modules');
  for (const path of ['scripts', 'src', 'infra', 'docs', 'bench', 'package.json'])
    await cp(project(path), join(folder.path, path), { recursive: true, filter: isOurs });
  await symlink(project('node_modules'), join(folder.path, 'node_modules'));
});
afterAll(() => folder[Symbol.asyncDispose]());

test.each([
  ['scripts/metrics-docs.ts', 'docs/metrics.md', 'npm run docs:metrics'],
  ['scripts/registry.ts', 'docs/registry/metrics.yaml', 'npm run registry'],
  ['scripts/console.ts', 'src/console/built/index.html', 'npm run console'],
  ['scripts/benchmarks-docs.ts', 'docs/benchmarks.md', 'npm run docs:benchmarks'],
  [
    'scripts/dashboards.ts',
    'infra/monitoring/grafana/dashboards/mlops/mlops-backend-slo.json',
    'npm run dashboards',
  ],
])('%s --check names a file that differs, and leaves it as it is', async (script, file, command) => {
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', script, ...args],
      { cwd: folder.path, encoding: 'utf8' },
    );
    return { status, stderr };
  };
  await writeFile(join(folder.path, file), 'edited by hand');

  const refused = { status: 1, stderr: `${file} is not what its source says: run ${command}\n` };
  expect(run('--check')).toEqual(refused);
  expect(await readFile(join(folder.path, file), 'utf8')).toBe('edited by hand');

  expect([run(), run('--check')]).toEqual(Array(2).fill({ status: 0, stderr: '' }));
  expect(await readFile(join(folder.path, file), 'utf8')).toBe(await readFile(project(file), 'utf8'));
});
