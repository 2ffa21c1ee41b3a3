/**
 * Takes the pictures of the console in docs/images, from a service that runs and has nothing yet:
 *
 *   npm run console:pictures -- [--url URL]
 *
 * What it shows is really uploaded, trained and predicted. Needs a Chromium (CHROMIUM or /usr/bin/chromium).
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { chromium, type Page } from 'playwright-core';

const { values } = parseArgs({ options: { url: { type: 'string', default: 'http://127.0.0.1:8000' } } });
/** A search takes its time. */
const PATIENCE_MS = 600_000;
/** One sample is no curve. */
const MINUTES = '6';
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const run = promisify(execFile);
const traffic = fileURLToPath(new URL('traffic.ts', import.meta.url));
const data = (name: string) => fileURLToPath(new URL(`../test/data/${name}`, import.meta.url));
const picture = (name: string) =>
  fileURLToPath(new URL(`../docs/images/console-${name}.png`, import.meta.url));

async function take(page: Page, name: string, fullPage = true): Promise<void> {
  await page.locator('.loading').first().waitFor({ state: 'detached' });
  await page.locator('.note').first().waitFor({ state: 'detached' });
  // Nothing is pointed at, and curves are drawn in the frame after their data.
  await page.mouse.move(0, 0);
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  await page.screenshot({ path: picture(name), fullPage });
  process.stdout.write(`${picture(name)}\n`);
}

// Of a second time versions, lists and figures would be others, and some never come.
const known = await fetch(`${values.url}/api/ml/v1/datasets?limit=1`);
const { items } = (await known.json()) as { items: readonly unknown[] };
if (items.length > 0)
  throw new Error(
    `${values.url} has datasets already: take the pictures of one with a STORAGE_ROOT of its own`,
  );

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  // It has no sandbox for root; the page is our own.
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: DESKTOP, locale: 'en-GB' });
  page.setDefaultTimeout(PATIENCE_MS);
  const open = async (place: string) => {
    await page.goto(`${values.url}/#/${place}`);
    await page.locator('h1').waitFor();
  };

  for (const name of ['wine_train.csv', 'diabetes_train.csv', 'breast_cancer_train.csv']) {
    await open('datasets');
    await page.locator('input[type=file]').setInputFiles(data(name));
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }
  const profile = page.url().split('#/')[1] as string;
  await page
    .getByRole('button', { name: /^Distribution: / })
    .first()
    .click();
  await page.getByRole('region', { name: /^Distribution: / }).waitFor();
  await take(page, 'dataset');
  await page.getByRole('link', { name: 'Train a model' }).click();
  await page.getByLabel('heavy').check();
  await take(page, 'train', false);
  await page.getByText('Settings').click();
  await page.getByLabel('Seconds at most').fill('20');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText('Best so far').waitFor();
  await take(page, 'live', false);
  await page.getByText('succeeded').waitFor();
  await page.locator('.uplot').nth(1).waitFor();
  await take(page, 'run');
  await page.emulateMedia({ colorScheme: 'dark' });
  await take(page, 'run-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await take(page, 'phone', false);
  await page.setViewportSize(DESKTOP);

  const heavy = page.url().split('#/')[1] as string;
  await open(`${profile}/train`);
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText('succeeded').waitFor();
  await open(`${profile}/compare`);
  await page.getByText('★').first().waitFor();
  await take(page, 'compare', false);
  await open(heavy);

  await page.getByLabel('Name').fill('tumours');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('link', { name: 'tumours 1' }).click();
  await page.getByRole('button', { name: 'Set alias' }).click();
  await page.getByLabel('Alias for version 1').fill('production');
  await page.getByRole('button', { name: 'Set alias' }).click();
  await page.getByText('production assigned to version 1').waitFor();
  await take(page, 'model', false);
  await page.getByRole('link', { name: 'Predict' }).click();
  // Enough rows for drift to be told.
  const [header, ...rows] = (await readFile(data('breast_cancer_test.csv'), 'utf8')).trimEnd().split('\n');
  const table = [header, ...Array(4).fill(rows).flat(), ''].join('\n');
  const file = { name: 'breast_cancer_test.csv', mimeType: 'text/csv', buffer: Buffer.from(table) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText(/rows are predicted/).waitFor();
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page.locator('.answer').waitFor();
  await take(page, 'predict');
  await open('datasets');
  await take(page, 'datasets', false);
  process.stdout.write(`traffic of ${MINUTES} minutes, for the curves\n`);
  await run(process.execPath, [traffic, '--origin', values.url, '--minutes', MINUTES]);
  await open('service');
  await page.locator('.uplot').nth(8).waitFor();
  await take(page, 'service', false);
} finally {
  await browser.close();
}
