import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { type ConsolePage, openConsole } from './console-page.ts';

interface ConsoleApp {
  readonly api: TestApp['api'];
  /** A page of its console. */
  openConsole(): Promise<ConsolePage>;
}

/** An application and a browser for the tests of a `describe`. */
export function useConsoleApp(): ConsoleApp {
  const owned = new AsyncDisposableStack();
  let app: TestApp;
  let browser: Browser;
  beforeAll(async () => {
    app = owned.use(await startTestApp());
    browser = await openBrowser();
    owned.defer(() => browser.close());
  });
  afterAll(() => owned.disposeAsync());
  return {
    get api() {
      return app.api;
    },
    openConsole: () => openConsole(browser, app.origin),
  };
}
