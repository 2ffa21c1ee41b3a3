import type { Browser } from 'playwright-core';
import type { Service } from '../../test/support/service.ts';
import type { Figures } from './figures.ts';
import { KB, WEIGHT } from './first-content.ts';
import { openTab } from './tab.ts';

/** A search is watched from its start until its model has been judged. */
export async function whileRunStreams(
  figures: Figures,
  browser: Browser,
  { api, origin }: Service,
  seconds: number,
): Promise<void> {
  const { dataset_id } = await api.uploadFile('breast_cancer_train.csv');
  await using tab = await openTab(browser);
  const { page } = tab;
  await page.goto(`${origin}/#/datasets/${dataset_id}/train`);
  await page.getByLabel('heavy').check();
  await page.getByText('Settings').click();
  await page.getByLabel('Seconds at most').fill(String(seconds));
  const tasks = await tab.longTasks(async () => {
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByText('succeeded').waitFor();
    await page.locator('.uplot').nth(1).waitFor();
  });
  figures.addTasks('a run that streams', tasks);
  figures.add('what all that a run shows weighs', 'kB', (await tab.loadedBytes()) / KB, WEIGHT);
}
