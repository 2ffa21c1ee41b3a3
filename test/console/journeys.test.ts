import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { dataFile } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import type { Service } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';
import { parquetOf } from '../support/tables.ts';
import { expectAccessible, openConsole, settled } from './console-page.ts';

const POLL = { timeout: 240_000 };
const table = (name: string) => fileURLToPath(dataFile(name));

describe.skipIf(!hasBrowser)('in the console', () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let service: Service;
  let folder: string;
  beforeAll(async () => {
    const root = owned.use(await storageRoot());
    folder = root.path;
    service = owned.use(await startDeployed());
    browser = await openBrowser();
    owned.defer(() => browser.close());
  });
  afterAll(() => owned.disposeAsync());

  test('a table is dropped in, looked at, trained on while one watches, and its model judged', async () => {
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('');
    await page.getByText('No tables yet').waitFor();
    await expectAccessible(page);

    await page.locator('input[type=file]').setInputFiles(table('wine_train.csv'));
    await page.getByRole('heading', { name: 'wine_train.csv' }).waitFor();
    await settled(page);
    const row = page.getByRole('row', { name: /^f0 number/ });
    expect(await row.textContent()).toMatch(/^f0number0\d+[\d.]+ – [\d.]+$/);
    await page.getByRole('region', { name: 'First rows' }).waitFor();
    await expectAccessible(page);
    await row.getByRole('button', { name: 'Distribution: f0' }).click();
    const spread = page.getByRole('region', { name: 'Distribution: f0' });
    await spread.getByRole('img', { name: /^most within [\d.]+ – [\d.]+: \d/ }).waitFor();
    expect(await spread.getByRole('definition').allTextContents()).toEqual(
      Array(3).fill(expect.stringMatching(/^[\d.]+$/)),
    );
    await spread.getByText('In numbers').click();
    expect(await spread.getByRole('row').count()).toBe(21);
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Train a model' }).click();
    await page.getByText('As the values say: classification').waitFor();
    await page.getByText('Chosen, because it is called target.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('heavy').check();
    await page.getByText('Settings').click();
    await page.getByLabel('Trials at most').fill('2');
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('progressbar').waitFor();
    await expectAccessible(page);
    await page.getByText('succeeded').waitFor();
    await page.locator('.uplot').nth(1).waitFor();
    await settled(page);
    for (const title of [
      'Quality',
      'Confusion matrix',
      'Importances',
      'Leaderboard',
      'ROC curve',
      'Calibration',
    ])
      await page.getByRole('heading', { name: title, exact: true }).waitFor();
    const leaders = page.getByRole('region', { name: 'Leaderboard' }).getByRole('row');
    expect(await leaders.count()).toBeGreaterThan(2);
    await page.getByRole('list', { name: 'Where the time went' }).getByText('Searching').waitFor();
    await page.getByRole('region', { name: 'Model card' }).getByText('wine_train.csv').waitFor();
    const dependence = page.getByRole('region', { name: 'Partial dependence' });
    const curves = dependence.getByRole('img', { name: /^f\d+: lowest [\d.]+ at .+, highest [\d.]+ at/ });
    expect(await curves.count()).toBe(10);
    const seen = await curves.first().getAttribute('aria-label');
    await dependence.getByRole('combobox', { name: 'Class' }).selectOption('2');
    await expect.poll(() => curves.first().getAttribute('aria-label'), POLL).not.toBe(seen);
    await dependence.getByText('In numbers').click();
    await dependence.getByRole('columnheader', { name: 'Mean probability of 2' }).waitFor();
    expect(await dependence.getByRole('row').count()).toBeGreaterThan(100);
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('of a regression one sees residuals, and predicted values beside true ones', async () => {
    const { dataset_id } = await service.api.uploadFile('diabetes_train.csv');
    const { id } = await service.api.train(dataset_id, { mode: 'light' });
    await using tab = await openConsole(browser, service.origin);
    await tab.open(`runs/${id}`);
    await tab.page.locator('.uplot').waitFor();
    await tab.page.getByRole('img', { name: 'Residuals' }).waitFor();
    const dependence = tab.page.getByRole('region', { name: 'Partial dependence' });
    await dependence.getByText(/^Mean prediction over \d+ rows/).waitFor();
    expect(await dependence.getByRole('combobox').count()).toBe(0);
    await expectAccessible(tab.page);
    expect(tab.complaints).toEqual([]);
  });

  test('a run is watched on when the connection to its events breaks', async () => {
    const { dataset_id } = await service.api.uploadFile('breast_cancer_train.csv');
    await using tab = await openConsole(browser, service.origin);
    let connections = 0;
    await tab.page.route('**/events', (route) => {
      connections += 1;
      return connections === 1 ? route.abort('connectionreset') : route.continue();
    });
    await tab.open(`datasets/${dataset_id}/train`);
    await tab.page.getByRole('button', { name: 'Start training' }).click();
    await tab.page.getByText('succeeded').waitFor();
    expect(connections).toBeGreaterThan(0);
  });

  test('a row is predicted with its reasons, a table to a file, and drift shown by column', async () => {
    const { dataset_id } = await service.api.uploadFile('wine_train.csv');
    const { artifact_id } = await service.api.train(dataset_id);
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open(`artifacts/${artifact_id}`);
    await expect.poll(() => page.getByLabel('f0', { exact: true }).inputValue(), POLL).toMatch(/^\d/);
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.getByRole('list', { name: 'Why' }).waitFor();
    expect(await page.locator('.answer').textContent()).toMatch(/^[012]$/);
    await page.getByText('1 rows were predicted in this time').waitFor();

    const rows = await readFile(dataFile('wine_test.csv'), 'utf8');
    const [header, ...lines] = rows.trimEnd().split('\n');
    const long = join(folder, 'twelve times.csv');
    await writeFile(long, [header, ...Array(12).fill(lines).flat(), ''].join('\n'));
    await page.locator('input[type=file]').setInputFiles(long);
    await page.getByText(`${12 * lines.length} rows are predicted`).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the answer' }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe('twelve times.predicted.csv');
    const answer = await readFile(await saved.path(), 'utf8');
    expect(answer.trimEnd().split('\n')).toHaveLength(12 * lines.length + 1);
    const parquet = join(folder, 'once.parquet');
    await writeFile(parquet, await parquetOf(`select * from read_csv('${table('wine_test.csv')}')`));
    await page.locator('input[type=file]').setInputFiles(parquet);
    await page.getByText(`${lines.length} rows are predicted`, { exact: true }).waitFor();
    await page.getByRole('img', { name: 'Drift: f0' }).waitFor();
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('the form of a prediction stays where it is when the row comes that it is filled in with', async () => {
    const { dataset_id } = await service.api.uploadFile('wine_train.csv');
    const { artifact_id } = await service.api.train(dataset_id);
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    const asked = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    await page.route(`**/datasets/${dataset_id}`, async (route) => {
      asked.resolve();
      await looked.promise;
      await route.continue();
    });
    await tab.open(`artifacts/${artifact_id}`);
    await asked.promise;
    const placed = () => page.getByRole('button', { name: 'Predict', exact: true }).boundingBox();
    const another = page.getByRole('button', { name: 'Another row' });
    const before = await placed();
    expect(await another.count()).toBe(0);
    looked.resolve();
    await another.waitFor();
    expect(await placed()).toEqual(before);
    expect(tab.complaints).toEqual([]);
  });

  test('a regression is asked for an interval too, for a row and for a table', async () => {
    const { dataset_id } = await service.api.uploadFile('diabetes_train.csv');
    const { artifact_id } = await service.api.train(dataset_id);
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open(`artifacts/${artifact_id}`);
    await expect.poll(() => page.getByLabel('f0', { exact: true }).inputValue(), POLL).toMatch(/\d/);
    await page.getByRole('combobox', { name: 'Interval' }).selectOption('90%');
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.getByText(/^Between -?[\d.]+ and [\d.]+/).waitFor();
    await page.locator('input[type=file]').setInputFiles(table('diabetes_test.csv'));
    await page.getByText(/rows are predicted/).waitFor();
    expect(await page.locator('pre').textContent()).toMatch(/^prediction,.*lower.*upper/);
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('what cannot be predicted is refused in the words of the service', async () => {
    const { dataset_id } = await service.api.uploadFile('wine_train.csv');
    const { artifact_id } = await service.api.train(dataset_id);
    await using tab = await openConsole(browser, service.origin);
    await tab.open(`artifacts/${artifact_id}`);
    await tab.page.getByLabel('f0', { exact: true }).fill('a lot');
    await tab.page.getByRole('button', { name: 'Predict', exact: true }).click();
    await tab.page.getByRole('alert').getByText('Column "f0"').waitFor();
    await expectAccessible(tab.page);
  });

  test('a model is kept under a name, promoted and rolled back', async () => {
    const { dataset_id } = await service.api.uploadFile('wine_train.csv');
    const runs = [await service.api.train(dataset_id), await service.api.train(dataset_id, { seed: 7 })];
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    for (const [i, { id }] of runs.entries()) {
      await tab.open(`runs/${id}`);
      await page.getByLabel('Name').fill('grapes');
      await page.getByRole('button', { name: 'Keep' }).click();
      await page.getByText(`It is grapes, version ${i + 1}`).waitFor();
      await page.getByRole('link', { name: `grapes ${i + 1}` }).waitFor();
    }
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('link', { name: 'grapes' }).click();
    const first = page
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: '1', exact: true }) });
    await first.getByRole('button', { name: 'Set alias' }).click();
    await first.getByLabel('Alias for version 1').fill('production');
    await first.getByRole('button', { name: 'Set alias' }).click();
    await page.getByRole('button', { name: /Promote production to here/ }).click();
    await page.getByText('production promoted from 1 to 2').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: /Roll production back to here/ }).click();
    await page.getByText('production rolled back from 2 to 1').waitFor();
    const { aliases } = await service.api.json(await service.api.call('/models/grapes'));
    expect(aliases).toEqual({ production: 1 });
    await tab.open('models');
    await page.getByText('production → 1').waitFor();
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('lists are searched and ordered, and what was asked for stands in the address', async () => {
    for (const name of ['apples.csv', 'pears.csv'])
      await service.api.upload(name, await readFile(dataFile('wine_test.csv')));
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('datasets');
    await page.getByRole('searchbox', { name: 'Search' }).fill('PEAR');
    await page.getByRole('link', { name: 'apples.csv' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'pears.csv' }).waitFor();
    expect(page.url()).toContain('#/datasets?q=PEAR');
    await page.reload();
    await page.getByRole('link', { name: 'pears.csv' }).waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('nowhere');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('s.csv');
    await page.getByRole('button', { name: 'Name' }).click();
    await page
      .getByRole('columnheader', { name: 'Name' })
      .and(page.locator('[aria-sort=descending]'))
      .waitFor();
    await page.getByRole('button', { name: 'Name' }).click();
    await expect
      .poll(() => page.getByRole('rowheader').allTextContents(), POLL)
      .toEqual(['apples.csv', 'pears.csv']);
    await expectAccessible(page);
    await tab.open('runs');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('failed');
    await page.getByText('Nothing matches').waitFor();
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('what is deleted can be taken back, and is gone only then', async () => {
    const { dataset_id } = await service.api.upload(
      'short-lived.csv',
      await readFile(dataFile('wine_test.csv')),
    );
    const there = async () => (await service.api.call(`/datasets/${dataset_id}`)).status;
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('datasets');
    const link = page.getByRole('link', { name: 'short-lived.csv' });
    const remove = page.getByRole('button', { name: 'Delete short-lived.csv, version 1' });
    await remove.click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await link.waitFor({ state: 'detached' });
    expect(await there()).toBe(200);
    await page.getByRole('button', { name: 'Undo' }).click();
    await link.waitFor();
    await page.getByText('short-lived.csv stays').waitFor();
    expect(await there()).toBe(200);

    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('short-lived.csv is deleted', { exact: true }).waitFor();
    expect(await there()).toBe(404);
    expect(tab.complaints).toEqual([]);
  });

  test('a table that cannot be used is refused in the words of the service, with what to do', async () => {
    const picture = join(folder, 'picture.png');
    await writeFile(picture, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await using tab = await openConsole(browser, service.origin);
    await tab.open('datasets');
    await tab.page.locator('input[type=file]').setInputFiles(picture);
    await tab.page.getByRole('alert').getByText('save the table as one of these').waitFor();
    await expectAccessible(tab.page);
  });

  test('a table is read as one says, where that shall not be found out', async () => {
    const prices = join(folder, 'prices.csv');
    await writeFile(prices, 'zip,price,comment\n01067,-999,a\n20095,2.5,b\n80331,3.5,c\n');
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('datasets');
    await page.getByText('How the table is to be read').click();
    await page.getByLabel('Also mean no value').fill('-999');
    await page.getByLabel('Columns that are texts').fill('zip');
    await page.getByLabel('Columns to leave out').fill('comment');
    await page.getByLabel('First line').selectOption('holds the names');
    await expectAccessible(page);
    await page.locator('input[type=file]').setInputFiles(prices);
    await page.getByRole('row', { name: /^zip text/ }).waitFor();
    await page.getByRole('row', { name: /^price number 1 · 33/ }).waitFor();
    expect(await page.getByRole('region', { name: 'Columns' }).getByRole('rowheader').count()).toBe(2);
    expect(tab.complaints).toEqual([]);
  });

  test('an address that leads nowhere says so, and so does one of something that is gone', async () => {
    await using tab = await openConsole(browser, service.origin);
    await tab.open('nowhere');
    await tab.page.getByRole('heading', { name: 'There is no such page', level: 1 }).waitFor();
    await expectAccessible(tab.page);
    await tab.open('datasets/01a20561-eba2-76f6-8c81-f5d256583f3c');
    await tab.page.getByRole('alert').getByText('Its list shows what is there').waitFor();
  });

  test('theme and language are chosen, and remembered', async () => {
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('datasets');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de');
    await page.getByRole('heading', { name: 'Datensätze', level: 1 }).waitFor();
    await page.getByRole('combobox', { name: 'Farben' }).selectOption('dark');
    await page.reload();
    await page.getByRole('heading', { name: 'Datensätze', level: 1 }).waitFor();
    const state = await page.evaluate(
      '[document.documentElement.lang, getComputedStyle(document.documentElement).colorScheme]',
    );
    expect(state).toEqual(['de', 'dark']);
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });
});
