import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { startDeployed } from '../support/deployment.ts';
import type { Service } from '../support/service.ts';
import { expectAccessible, openConsole, settled } from './console-page.ts';

/** Curves of an hour, of which one sees that they are drawn. */
const CURVES = 9;

describe.skipIf(!hasBrowser)('in the console, of the service', () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    service = owned.use(await startDeployed());
    browser = await openBrowser();
    owned.defer(() => browser.close());
    const { dataset_id } = await service.api.uploadFile('wine_train.csv');
    await service.api.train(dataset_id, { mode: 'light' });
  });
  afterAll(() => owned.disposeAsync());

  test('one sees how it is, route by route, and what may fire, without a Prometheus', async () => {
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('datasets');
    await page.getByRole('link', { name: 'Service', exact: true }).click();
    await page
      .locator('.uplot')
      .nth(CURVES - 1)
      .waitFor();
    await settled(page);
    const upload = page.getByRole('row', { name: /^\/api\/ml\/v1\/datasets\/upload/ }).getByRole('cell');
    expect(await upload.allTextContents()).toEqual([
      '1',
      '0',
      '0',
      expect.stringMatching(/s$/),
      expect.stringMatching(/s$/),
    ]);
    await page.getByRole('region', { name: 'Now' }).getByText('none waits').waitFor();
    await page.getByText('ALERTMANAGER_URL is not set').waitFor();
    const alerts = page.getByRole('region', { name: 'All alerts' });
    const runbook = await alerts.getByRole('link', { name: 'UploadsRefused' }).getAttribute('href');
    expect(await (await fetch(runbook as string)).text()).toContain('What to do.');
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('what it shows is asked for again as often as there is a new sample', async () => {
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await page.clock.install();
    await tab.open('service');
    const asked = (path: string) => page.waitForResponse((response) => response.url().includes(path));
    const again = Promise.all([asked('/service/metrics'), asked('/service/alerts')]);
    await page.clock.runFor(15_000);
    const answers = await again;
    expect(answers.map((response) => response.status())).toEqual([200, 200]);
    // Of what it has already, nothing.
    expect(new URL(answers[0].url()).searchParams.get('since')).toMatch(/^\d{4}-.*Z$/);
    expect(tab.complaints).toEqual([]);
  });

  test('without a Grafana it leads to none, with one to its dashboards', async () => {
    await using tab = await openConsole(browser, service.origin);
    const { page } = tab;
    await tab.open('service');
    await page.getByRole('region', { name: 'Now' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'In Grafana' }).count()).toBe(0);
    await using seen = await startTestApp({ GRAFANA_PUBLIC_URL: 'https://grafana.example.org' });
    await page.goto(`${seen.origin}/#/service`);
    const links = page.getByRole('navigation', { name: 'In Grafana' }).getByRole('link');
    await links.first().waitFor();
    expect(await links.count()).toBe(6);
    expect(await links.first().getAttribute('href')).toBe(
      'https://grafana.example.org/d/mlops-backend-overview',
    );
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
  });

  test('its page speaks German too', async () => {
    await using tab = await openConsole(browser, service.origin, { locale: 'de-DE' });
    await tab.open('service');
    await tab.page.getByRole('heading', { name: 'Dienst', level: 1 }).waitFor();
    await tab.page.getByRole('region', { name: 'Alle Alarme' }).getByText('Bedingung').first().waitFor();
    await expectAccessible(tab.page);
    expect(tab.complaints).toEqual([]);
  });
});
