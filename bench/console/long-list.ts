import type { Browser } from 'playwright-core';
import type { Figures } from './figures.ts';
import { openTab } from './tab.ts';

const PAGES = 5;
const WHEELS = 10;

/** @param rows datasets that there are, as `fill` names them */
export async function inLongList(
  figures: Figures,
  browser: Browser,
  origin: string,
  rows: number,
): Promise<void> {
  await using tab = await openTab(browser);
  const { page } = tab;
  const of = `of ${rows.toLocaleString('en')} datasets`;
  /** Of the names that begin with it, which are few, the largest come first. */
  const wanted = `table ${'7'.repeat(String(rows).length - 2)}`;
  const timed = async (name: string, action: () => Promise<unknown>) =>
    figures.add(`${of}, ${name}`, 'ms', await tab.drawn(action));
  const settled = () => page.locator('table[aria-busy=true]').waitFor({ state: 'detached' });
  await timed('the first ones', async () => {
    await page.goto(`${origin}/#/datasets`);
    await page.getByRole('rowheader').first().waitFor();
  });
  const tasks = await tab.longTasks(async () => {
    await page.mouse.move(400, 500);
    await tab.scroll(WHEELS);
    for (let i = 1; i <= PAGES; i++)
      await timed('a page further', async () => {
        await page.getByRole('button', { name: 'Further' }).click();
        await page.getByText(`Page ${i + 1}`).waitFor();
        await settled();
      });
    await timed('in another order', async () => {
      await page.getByRole('button', { name: 'Size' }).click();
      await page.locator('[aria-sort=descending]').filter({ hasText: 'Size' }).waitFor();
      await settled();
    });
    await timed('what was searched for', async () => {
      await page.getByRole('searchbox', { name: 'Search' }).pressSequentially(wanted);
      await page.getByRole('link', { name: `${wanted}9`, exact: true }).waitFor();
      await settled();
    });
  });
  figures.addTasks(`the list ${of}`, tasks);
}
