import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { readPage } from '../../test/docs/page.ts';
import { dataFile } from '../../test/support/client.ts';
import { PREDICTED } from './example.ts';

/** Goes from a service to its model's first prediction. @returns the prediction */
export type Way = (origin: string) => Promise<string>;

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
/** Only a failure waits that long. */
const PATIENCE_MS = 240_000;

async function last(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: PROJECT,
    env: { ...process.env, PATH, ...env },
  });
  return stdout.trimEnd().split('\n').at(-1) as string;
}

/** The README's own commands, up to the first that predicts. */
function commandsOf(heading: string): string {
  const blocks = readPage('README.md').blocks.filter((block) => block.heading === heading);
  const predicts = blocks.findIndex(({ commands }) => commands.includes('predict'));
  return ['set -euo pipefail', ...blocks.slice(0, predicts + 1).map(({ commands }) => commands)].join('\n');
}

const curl: Way = async (origin) => {
  const script = commandsOf('Two-minute tour').replaceAll('http://127.0.0.1:8000', origin);
  const line = await last('bash', ['-c', script]);
  const { predictions } = JSON.parse(line.slice(line.lastIndexOf('{"predictions"'))) as {
    predictions: string[];
  };
  return predictions[0] as string;
};

const commandLine: Way = async (origin) => {
  // What run.sh does before it starts the command line is to look whether there is something to install.
  const cli = `'${process.execPath}' --disable-warning=ExperimentalWarning src/cli/main.ts`;
  const script = commandsOf('From the command line').replaceAll('./run.sh cli', cli);
  const line = await last('bash', ['-c', script], { MLOPS_URL: origin });
  return line.split(',')[0] as string;
};

const program =
  (name: string): Way =>
  (origin) =>
    last(process.execPath, ['--disable-warning=ExperimentalWarning', `bench/tour/${name}.ts`, origin]);

/** By whoever clicks as fast as the page answers. */
const inConsole =
  (browser: Browser): Way =>
  async (origin) => {
    const page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(origin);
    await page.locator('input[type=file]').setInputFiles(fileURLToPath(dataFile('wine_train.csv')));
    await page.getByRole('link', { name: 'Train a model' }).click();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('link', { name: 'Predict' }).click();
    for (const [name, value] of Object.entries(PREDICTED))
      await page.getByLabel(name, { exact: true }).fill(String(value));
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    // A refusal is an answer too, though not the one that is looked for.
    const answer = (await page.locator('.answer, [role=alert]').first().textContent()) as string;
    await page.close();
    return answer;
  };

/** @param browser opened already, as people's are */
export const waysToAPrediction = (browser: Browser): Readonly<Record<string, Way>> => ({
  console: inConsole(browser),
  'command line': commandLine,
  'TypeScript client': program('by-client'),
  curl,
  'MCP client': program('by-agent'),
});
