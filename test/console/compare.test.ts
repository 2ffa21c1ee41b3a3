import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { dataFile } from '../support/client.ts';
import { useConsoleApp } from './console-app.ts';
import { expectAccessible } from './console-page.ts';

describe.skipIf(!hasBrowser)('in the console, of the runs of a dataset', () => {
  const app = useConsoleApp();

  test('one sees side by side how good they are, what was asked for and what they look at', async () => {
    const { dataset_id } = await app.api.upload('wine.csv', await readFile(dataFile('wine_train.csv')));
    for (const l2 of [0.01, 100]) await app.api.train(dataset_id, { params: { l2 } });
    await app.api.train(dataset_id, { target: 'f0' });
    await using tab = await app.openConsole();
    const { page } = tab;
    await tab.open(`datasets/${dataset_id}`);
    await page.getByRole('link', { name: 'Compare runs' }).click();
    // The newest run tells which target comes first.
    await page.getByRole('combobox', { name: 'Target' }).selectOption('target · classification');
    const figures = page.getByRole('region', { name: 'Figures' });
    await figures.getByRole('rowheader', { name: /^Accuracy/ }).waitFor();
    expect(await figures.getByRole('columnheader').count()).toBe(3);
    await figures.getByText('★').first().waitFor();
    const settings = page.getByRole('region', { name: 'What they were asked for' });
    expect(await settings.getByRole('rowheader').allTextContents()).toEqual([expect.stringMatching(/l2$/)]);
    await settings.getByLabel('Also what is the same').check();
    expect(await settings.getByRole('rowheader').count()).toBeGreaterThan(1);
    await page.getByRole('region', { name: 'Importances' }).getByRole('rowheader').first().waitFor();
    await expectAccessible(page);

    await page
      .getByRole('checkbox', { name: /^light/ })
      .first()
      .uncheck();
    await expect.poll(() => figures.getByRole('columnheader').count()).toBe(2);
    expect(tab.complaints).toEqual([]);
  });

  test('one sees how good they became, target by target, and is led to the best', async () => {
    const { dataset_id } = await app.api.upload('trend.csv', await readFile(dataFile('wine_train.csv')));
    const good = await app.api.train(dataset_id);
    await app.api.train(dataset_id, { params: { l2: 1000 } });
    await app.api.train(dataset_id, { target: 'f0' });
    await using tab = await app.openConsole();
    const { page } = tab;
    await tab.open(`datasets/${dataset_id}`);
    const trends = page.getByRole('region', { name: 'Quality over time' });
    await trends.getByRole('rowheader', { name: 'target' }).waitFor();
    expect(await trends.getByRole('rowheader').allTextContents()).toEqual(['f0', 'target']);
    await trends.getByRole('img', { name: /^R² from ([\d.]+) to \1, runs: 1$/ }).waitFor();
    await trends.getByRole('img', { name: /^Accuracy from [\d.]+ to [\d.]+, runs: 2$/ }).waitFor();
    await expectAccessible(page);
    const row = trends.getByRole('row', { name: /^target/ });
    await row.getByRole('cell').getByRole('link').click();
    await page.waitForURL(`**/#/runs/${good.id}`);
    expect(tab.complaints).toEqual([]);
  });

  test('of which there are none, one is led to the first', async () => {
    const { dataset_id } = await app.api.upload('new.csv', await readFile(dataFile('wine_test.csv')));
    await using tab = await app.openConsole();
    await tab.open(`datasets/${dataset_id}/compare`);
    await tab.page.getByText('No run of this dataset has a model yet').waitFor();
    await expectAccessible(tab.page);
    await tab.page.getByRole('link', { name: 'Train a model' }).waitFor();
  });
});
