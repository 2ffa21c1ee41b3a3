import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { dataFile } from '../support/client.ts';
import { expectAccessible, openConsole } from './console-page.ts';

const KEY = 'a-key-of-at-least-sixteen';

test.skipIf(!hasBrowser)('with keys one signs in, and nothing of the key is left anywhere', async () => {
  await using app = await startTestApp({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: KEY });
  const browser = await openBrowser();
  try {
    await using tab = await openConsole(browser, app.origin);
    const { page } = tab;
    await tab.open('datasets');
    const key = page.getByLabel('Key', { exact: true });
    await expectAccessible(page);
    await key.fill('another-key-of-the-length');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The service does not know this key').waitFor();
    await key.fill(KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No tables yet').waitFor();

    await page.locator('input[type=file]').setInputFiles(fileURLToPath(dataFile('wine_train.csv')));
    await page.getByRole('link', { name: 'Train a model' }).click();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByText('succeeded').waitFor();
    await page.getByRole('link', { name: 'wine_train.csv' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('wine_train.csv');

    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect(kept).not.toContain(KEY);
    await page.reload();
    await key.waitFor();
    expect(page.url()).not.toContain(KEY);
  } finally {
    await browser.close();
  }
});
