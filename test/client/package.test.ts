import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { storageRoot } from '../support/storage-root.ts';

const run = promisify(execFile);

const PROGRAM = `
import { Client } from 'mlops-backend/client';
import { fileFrom } from 'mlops-backend/client/node';
const [url, path] = process.argv.slice(2);
const { name, rows } = await new Client({ url }).upload(await fileFrom(path));
console.log(JSON.stringify({ name, rows }));
`;

test('the packed package holds a client and a command line that plain Node runs from its node_modules', async () => {
  await using folder = await storageRoot();
  await using app = await startTestApp();
  const home = join(folder.path, 'node_modules/mlops-backend');
  await mkdir(home, { recursive: true });
  await run('npm', ['pack', '--silent', '--pack-destination', folder.path]);
  await run('tar', [
    '-xzf',
    join(folder.path, 'mlops-backend-0.1.0.tgz'),
    '--strip-components=1',
    '-C',
    home,
  ]);
  const program = join(folder.path, 'program.mjs');
  await writeFile(program, PROGRAM);
  const { stdout } = await run(process.execPath, [program, app.origin, dataFile('wine_train.csv').pathname]);
  expect(JSON.parse(stdout)).toEqual({ name: 'wine_train.csv', rows: 133 });

  await symlink(
    fileURLToPath(new URL('../../node_modules/@stricli', import.meta.url)),
    join(home, '../@stricli'),
  );
  const cli = [join(home, 'dist/cli/main.js'), 'upload', '--json', dataFile('wine_train.csv').pathname];
  const again = await run(process.execPath, cli, { env: { MLOPS_URL: app.origin } });
  expect(JSON.parse(again.stdout)).toMatchObject({ name: 'wine_train.csv', version: 2 });
});
