import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { openConsole } from './console-page.ts';

test.skipIf(!hasBrowser)(
  'something of the console is seen before its script has run, and stays where it is',
  async () => {
    await using app = await startTestApp();
    await using browser = await openBrowser();
    for (const viewport of [
      { width: 1280, height: 720 },
      { width: 360, height: 640 },
    ]) {
      const brandOf = async (javaScriptEnabled: boolean) => {
        await using tab = await openConsole(browser, app.origin, { viewport, javaScriptEnabled });
        const { page } = tab;
        await page.goto(app.origin);
        if (javaScriptEnabled) await page.locator('h1').waitFor();
        return await page.getByRole('link', { name: 'mlops-backend' }).boundingBox();
      };
      const before = await brandOf(false);
      expect(before).not.toBe(null);
      expect(await brandOf(true)).toEqual(before);
    }
  },
);
