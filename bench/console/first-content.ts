import type { Browser } from 'playwright-core';
import { openBrowser } from '../../test/support/browser.ts';
import type { Figures } from './figures.ts';
import { openTab } from './tab.ts';

export const TEXT = 'first content, a line of text';
export const COLD = 'first content, nothing in the cache';
export const WARM = 'first content, from the cache';
const AIM = { atMost: 300 };
export const WEIGHT = { atMost: 120 };
export const KB = 1000;

/** How soon something is to be seen. A line of text tells what of it is the browser's. */
export async function firstContent(figures: Figures, browser: Browser, origin: string): Promise<void> {
  await using started = await openBrowser();
  await using first = await openTab(started);
  figures.add('first content, a browser just started', 'ms', await first.firstContent(origin), AIM);
  await using text = await openTab(browser);
  figures.add(TEXT, 'ms', await text.firstContent(`${origin}/api/health`));
  await using tab = await openTab(browser);
  figures.add(COLD, 'ms', await tab.firstContent(origin), AIM);
  await tab.page.locator('h1').waitFor();
  figures.add('what the first page weighs', 'kB', (await tab.loadedBytes()) / KB, WEIGHT);
  figures.add(WARM, 'ms', await tab.firstContent(origin), AIM);
}
