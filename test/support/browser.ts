import { type Browser, chromium } from 'playwright-core';
import { hasProgram } from './programs.ts';

/** Whether the tests that need one can run. */
export const hasBrowser = hasProgram('chromium');

/** The machine's Chromium, without a window. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // It has no sandbox for root; the pages are our own.
    args: ['--no-sandbox'],
  });
