import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { dataFile } from '../support/client.ts';
import { useConsoleApp } from './console-app.ts';
import { expectAccessible } from './console-page.ts';

describe.skipIf(!hasBrowser)('in the console', () => {
  const app = useConsoleApp();

  test('tags and a note are written on a dataset, stay there, and find it again', async () => {
    const table = await readFile(dataFile('wine_test.csv'));
    const { dataset_id } = await app.api.upload('tagged.csv', table);
    await app.api.upload('other.csv', table);
    await using tab = await app.openConsole();
    const { page } = tab;
    await tab.open(`datasets/${dataset_id}`);
    const annotations = page.getByRole('region', { name: 'Tags and note' });
    await annotations.getByLabel('Tag', { exact: true }).fill('stage:test');
    await annotations.getByRole('button', { name: 'Add tag' }).click();
    await annotations.getByRole('link', { name: 'stage:test' }).waitFor();
    await annotations.getByLabel('Tag', { exact: true }).fill('draft');
    await annotations.getByRole('button', { name: 'Add tag' }).click();
    await annotations.getByRole('button', { name: 'Remove the tag draft' }).click();
    await annotations.getByRole('link', { name: 'draft' }).waitFor({ state: 'detached' });
    await annotations.getByLabel('Note').fill('From the second cellar');
    await annotations.getByRole('button', { name: 'Save the note' }).click();
    await page.getByText('The note is saved').waitFor();
    await expectAccessible(page);

    const kept = await app.api.json(await app.api.call(`/datasets/${dataset_id}`));
    expect(kept).toMatchObject({ tags: { stage: 'test' }, note: 'From the second cellar' });
    await page.reload();
    await annotations.getByRole('link', { name: 'stage:test' }).click();
    await page.getByRole('link', { name: 'tagged.csv' }).waitFor();
    expect(await page.getByRole('link', { name: 'other.csv' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Without tag' }).click();
    await page.getByRole('link', { name: 'other.csv' }).waitFor();
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('a tag that the service refuses is refused in its words', async () => {
    const { dataset_id } = await app.api.upload('refused.csv', await readFile(dataFile('wine_test.csv')));
    await using tab = await app.openConsole();
    const { page } = tab;
    await tab.open(`datasets/${dataset_id}`);
    const annotations = page.getByRole('region', { name: 'Tags and note' });
    await annotations.getByLabel('Tag', { exact: true }).fill(':empty');
    await annotations.getByRole('button', { name: 'Add tag' }).click();
    await annotations.getByRole('alert').getByText('a tag has 1 to 64 characters').waitFor();
  });
});
