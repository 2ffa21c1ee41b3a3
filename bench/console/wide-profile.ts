import type { Browser } from 'playwright-core';
import type { Client } from '../../test/support/client.ts';
import type { Figures } from './figures.ts';
import { openTab } from './tab.ts';

const WHEELS = 40;
const ROWS = 100;

const of = (columns: number) => `of ${columns.toLocaleString('en')} columns`;
export const profileOf = (columns: number) => `a profile ${of(columns)}`;

/** @returns the id of a table of so many columns */
export async function wideTable(api: Client, columns: number): Promise<string> {
  const names = Array.from({ length: columns }, (_, i) => `column_${i}`);
  const rows = Array.from({ length: ROWS }, (_, row) => names.map((_name, i) => (row * 31 + i * 7) % 97));
  const table = [names, ...rows].map((cells) => `${cells.join()}\n`).join('');
  return (await api.upload(`${columns}.csv`, table)).dataset_id;
}

export async function inProfile(
  figures: Figures,
  browser: Browser,
  url: string,
  columns: number,
): Promise<void> {
  await using tab = await openTab(browser);
  const { page } = tab;
  const column = (i: number) => page.getByRole('rowheader', { name: `column_${i}`, exact: true });
  const opened = await tab.drawn(async () => {
    await page.goto(url);
    await column(0).waitFor();
  });
  figures.add(profileOf(columns), 'ms', opened);
  const tasks = await tab.longTasks(async () => {
    await page.getByRole('region', { name: 'Columns' }).getByRole('group').hover();
    await tab.scroll(WHEELS);
    const found = await tab.drawn(async () => {
      await page.getByRole('searchbox', { name: 'Find a column' }).pressSequentially(`n_${columns - 5}`);
      await page.locator('[aria-rowcount="2"]').waitFor();
    });
    figures.add(`one ${of(columns)}, searched for`, 'ms', found);
  });
  figures.addTasks(profileOf(columns), tasks);
}
