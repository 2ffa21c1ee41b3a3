import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fill } from '../growth/fill.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { freshDeployment } from '../support/deployment.ts';
import { useConsoleApp } from './console-app.ts';
import { openConsole } from './console-page.ts';

const COLUMNS = 1000;

/** A table of so many columns. */
function wideTable(): string {
  const names = Array.from({ length: COLUMNS - 1 }, (_, i) => `column_${i}`);
  const rows = Array.from({ length: 40 }, (_, row) => [
    ...names.map((_name, i) => (row * 31 + i) % 97),
    row % 2,
  ]);
  return [[...names, 'target'], ...rows].map((cells) => `${cells.join()}\n`).join('');
}

/** What a page costs to draw, whatever the machine's speed. */
const elements = (page: Page) => page.evaluate('document.querySelectorAll("*").length') as Promise<number>;

describe.skipIf(!hasBrowser)('the console stays small', () => {
  const app = useConsoleApp();

  test(`of a profile of ${COLUMNS} columns only those in sight are drawn, and each can be reached`, async () => {
    const { dataset_id } = await app.api.upload('wide.csv', wideTable());
    await using tab = await app.openConsole();
    const { page } = tab;
    await tab.open(`datasets/${dataset_id}`);
    await page.getByRole('rowheader', { name: 'column_0', exact: true }).waitFor();
    expect(await elements(page)).toBeLessThan(2500);
    const columns = page.getByRole('region', { name: 'Columns' });
    await columns.getByRole('group').press('End');
    await columns.getByRole('rowheader', { name: 'target' }).waitFor();
    expect(await elements(page)).toBeLessThan(2500);
    await page.getByRole('searchbox', { name: 'Find a column' }).fill('column_500');
    await columns.getByRole('rowheader', { name: 'column_500' }).waitFor();
    expect(await columns.getByRole('rowheader').count()).toBe(1);
  });

  test('a list shows a page, whatever its length, and leads forth and back', async () => {
    for (let i = 0; i < 60; i++) await app.api.upload(`table-${i}.csv`, 'a,target\n1,0\n2,1\n');
    await using tab = await app.openConsole();
    const { page } = tab;
    await tab.open('datasets?q=table-');
    await page.getByRole('link', { name: 'table-59.csv' }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(50);
    await page.getByRole('button', { name: 'Further' }).click();
    await page.getByRole('link', { name: 'table-0.csv' }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(10);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('link', { name: 'table-59.csv' }).waitFor();
  });

  test('what stands deep in a long list is found without asking on and on', async () => {
    await using deployment = await freshDeployment();
    // Without a worker, who would see to the runs that seem to be under way.
    const service = await deployment.start({ ROLE: 'api' });
    // Half of them are another owner's.
    await fill(deployment.databaseUrl, 50_000);
    await using browser = await openBrowser();
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('datasets');
    await page.getByRole('searchbox', { name: 'Search' }).fill('table 4321');
    await page.getByRole('link', { name: 'table 4321', exact: true }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(1);
    await page.getByRole('searchbox', { name: 'Search' }).fill('table no');
    await page.getByText('Nothing matches').waitFor();
    expect(tab.complaints).toEqual([]);
  });
});
