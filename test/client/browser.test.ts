import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';

const SOURCE = new URL('../../src/client/', import.meta.url);

/** Text, so that nothing on the way to the browser rewrites it. */
const PROGRAM = `(async () => {
  const { Client } = await import('/client/index.ts');
  const client = new Client({ url: location.origin });
  const lines = Array.from({ length: 100_000 }, (_, i) => [i % 7, i % 3, i % 2].join() + '\\n');
  const table = new File(['a,b,target\\n', ...lines], 'from-a-browser.csv');
  let sent = 0;
  const onProgress = ({ sentBytes }) => { sent = sentBytes; };
  const { name, dataset_id } = await client.upload(table, { onProgress });
  const { id } = await client.createTrainingRun({ trainingRequest: { dataset_id, mode: 'light' } });
  const { status } = await client.waitForRun(id);
  const problem = await client.upload(new Blob(['']), { name: 'empty.csv' }).catch((error) => ({ ...error }));
  return { name, whole: sent === table.size, status, problem };
})()`;

test.skipIf(!hasBrowser)(
  'in a browser an upload tells of its bytes, a run is watched, and a problem is one',
  async () => {
    await using app = await startTestApp();
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.route('**/client/**', async (route) => {
        const path = new URL(route.request().url()).pathname.replace('/client/', '');
        const text = stripTypeScriptTypes(await readFile(new URL(path, SOURCE), 'utf8'));
        await route.fulfill({ contentType: 'text/javascript', body: text });
      });
      await page.goto(`${app.origin}/api/health`);
      const told = await page.evaluate(PROGRAM);
      expect(told).toMatchObject({
        name: 'from-a-browser.csv',
        whole: true,
        status: 'succeeded',
        problem: { status: 422, code: 'empty' },
      });
    } finally {
      await browser.close();
    }
  },
);
