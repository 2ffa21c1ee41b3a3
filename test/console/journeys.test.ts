import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { dataFile } from '../support/client.ts';
import { type Service, startService } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';
import { expectAccessible, openConsole, settled } from './console-page.ts';

const table = (name: string) => fileURLToPath(dataFile(name));

describe.skipIf(!hasBrowser)('in the console', () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    const root = owned.use(await storageRoot());
    service = owned.use(await startService(root.path));
    browser = await openBrowser();
    owned.defer(() => browser.close());
  });
  afterAll(() => owned.disposeAsync());

  test('a table is dropped in, profiled, trained on while one watches, and its model asked', async () => {
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('');
    await page.getByText('No tables yet').waitFor();
    await expectAccessible(page);

    await page.locator('input[type=file]').setInputFiles(table('wine_train.csv'));
    await page.getByRole('heading', { name: 'wine_train.csv' }).waitFor();
    await settled(page);
    await page.getByRole('row', { name: /^f0 number/ }).waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Train a model' }).click();
    await page.getByText('As the values say: classification').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.locator('.badge.succeeded').waitFor();
    await page.locator('.uplot').first().waitFor();
    await settled(page);
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Predict' }).click();
    await page.getByLabel('f12').waitFor();
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.locator('.answer').waitFor();
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });
});
