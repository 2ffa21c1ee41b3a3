import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { hasProgram } from '../support/programs.ts';

const TABLES = ['wine_train.csv', 'wine_test.csv'].map((name) => dataFile(name).pathname);
const KEY = 'a-key-that-is-long-enough';

const example = (url: string, args: readonly string[], key = KEY) =>
  promisify(execFile)('python3', ['docs/examples/train.py', ...args], {
    env: { ...process.env, MLOPS_URL: url, MLOPS_API_KEY: key },
  });

test.skipIf(!hasProgram('python3'))(
  'the example in Python goes from a table to predictions, and ends with what the service says against it',
  async () => {
    await using app = await startTestApp({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: KEY });
    const { stdout } = await example(app.origin, TABLES);
    expect(stdout).toMatch(/^wine_train\.csv: 133 rows, 14 columns\n/);
    expect(stdout).toMatch(
      /\nsucceeded\naccuracy 0\.9\d+\nprediction,probability_0,probability_1,probability_2\n0,/,
    );
    await expect(example(app.origin, TABLES, 'another-key-altogether')).rejects.toMatchObject({
      code: 1,
      stderr: 'Unauthorized: Send a valid key as "Authorization: Bearer …". (unauthorized)\n',
    });
  },
);
