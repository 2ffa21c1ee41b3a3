import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Packed: a page reads it in half the time. */
const AXE = new URL(import.meta.resolve('axe-core/axe.min.js'));
/** Only a failure waits that long. */
const PATIENCE_MS = 240_000;

/** What a page is asked of: all rules in one theme; in the other only colours are others. */
const RULES = { light: {}, dark: { runOnly: ['color-contrast', 'link-in-text-block'] } };

/** Text, since it runs where the page does. */
const violations = (rules: object) =>
  `axe.run(${JSON.stringify(rules)}).then(({ violations }) => violations.map(({ id, help, nodes }) =>
    [id, help, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]))`;

export interface ConsolePage extends AsyncDisposable {
  readonly page: Page;
  /** What the page complained of: errors, and what its policy refused. */
  readonly complaints: readonly string[];
  /** Goes to a place of the console, and waits until it is loaded. */
  open(place: string): Promise<void>;
}

export async function openConsole(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  // In English, whatever the machine speaks. A bar that moves while one waits takes a sixth of a processor from what
  // is waited for.
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return {
    page,
    complaints,
    async open(place) {
      await page.goto(`${origin}/#/${place}`);
      await settled(page);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Until everything that the page shows is there. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}

/** Fails with what axe finds wrong, in either theme. */
export async function expectAccessible(page: Page): Promise<void> {
  // Not as a script of the page, which its policy refuses.
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(await readFile(AXE, 'utf8'));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect([colorScheme, await page.evaluate(violations(RULES[colorScheme]))]).toEqual([colorScheme, []]);
  }
}
