import { expect, test } from 'vitest';
import { ANSWER } from '../../bench/tour/example.ts';
import { waysToAPrediction } from '../../bench/tour/ways.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { startDeployed } from '../support/deployment.ts';

test.skipIf(!hasBrowser)(
  'console, command line, client, curl and an agent come from a table to the same first prediction (program: chromium)',
  async () => {
    await using service = await startDeployed();
    const browser = await openBrowser();
    try {
      for (const [name, way] of Object.entries(waysToAPrediction(browser)))
        expect([name, await way(service.origin)]).toEqual([name, ANSWER]);
    } finally {
      await browser.close();
    }
  },
);
