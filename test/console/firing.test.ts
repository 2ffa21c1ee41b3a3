import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendAlert, startAlertmanager } from '../infra/alertmanager.ts';
import { startTestApp } from '../support/app.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { hasProgram } from '../support/programs.ts';
import { expectAccessible, openConsole } from './console-page.ts';

const LABELS = { alertname: 'UploadsRefused', severity: 'warning', instance: 'api-1', mode: 'heavy' };
const REFRESH_MS = 15_000;

describe.skipIf(!hasBrowser || !hasProgram('prometheus-alertmanager'))(
  'in the console, with a real Alertmanager (program: prometheus-alertmanager)',
  () => {
    const owned = new AsyncDisposableStack();
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
      owned.defer(() => browser.close());
    });
    afterAll(() => owned.disposeAsync());

    test('what fires is seen first, with where it does and what to do, and no longer when it has ended', async () => {
      await using alertmanager = await startAlertmanager();
      const { url } = alertmanager;
      const startsAt = new Date().toISOString();
      await sendAlert(url, {
        labels: LABELS,
        annotations: { summary: 'Many uploads are refused' },
        startsAt,
      });
      await using service = await startTestApp({ ALERTMANAGER_URL: url });
      await using tab = await openConsole(browser, service.origin);
      const { page } = tab;
      await page.clock.install();
      await tab.open('service');
      const firing = page.getByRole('region', { name: 'Firing alerts' });
      await firing.getByText('Many uploads are refused').waitFor();
      await firing.getByText('instance api-1 · mode heavy').waitFor();
      await firing.getByText('warning', { exact: true }).waitFor();
      await expectAccessible(page);

      const opened = page.waitForEvent('popup');
      await firing.getByRole('link', { name: 'UploadsRefused' }).click();
      const runbook = await opened;
      await runbook.getByText('What to do.').first().waitFor();
      expect(new URL(runbook.url()).pathname).toBe('/api/runbooks/UploadsRefused');
      await runbook.close();

      await sendAlert(url, { labels: LABELS, startsAt, endsAt: new Date().toISOString() });
      await page.clock.runFor(REFRESH_MS);
      await firing.getByText('Nothing fires.').waitFor();
      await expectAccessible(page);
      expect(tab.complaints).toEqual([]);
    });
  },
);
