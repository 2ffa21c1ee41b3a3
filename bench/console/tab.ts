import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Only a failure waits that long. */
const PATIENCE_MS = 600_000;

/** Text, since it runs where the page does. A browser calls a task long that takes more than 50 ms. */
const OBSERVE = `{
  const long = [];
  const keep = (entries) => long.push(...entries.map(({ duration }) => duration));
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: 'longtask', buffered: true });
  globalThis.takeLongTasks = () => {
    keep(observer.takeRecords());
    return long.splice(0);
  };
}`;
const PAINTED = `new Promise((told) => {
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntriesByName('first-contentful-paint')) told(startTime);
  }).observe({ type: 'paint', buffered: true });
})`;
const FRAME = 'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))';
const BYTES = `performance.getEntries()
  .filter(({ name, entryType }) => entryType === 'navigation' || /\\/assets\\//.test(name))
  .reduce((sum, { encodedBodySize }) => sum + (encodedBodySize ?? 0), 0)`;

/** A page of a browser that keeps nothing from the one before. */
export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** Milliseconds from the wish for a page to the first of its content, as the browser tells. */
  firstContent(url: string): Promise<number>;
  /** What the page and its assets weighed, as they came. */
  loadedBytes(): Promise<number>;
  /** Milliseconds until something that is done has been drawn. */
  drawn(action: () => Promise<unknown>): Promise<number>;
  /** Milliseconds of each long task during something. */
  longTasks(work: () => Promise<unknown>): Promise<number[]>;
  /** Turns the wheel over something, a frame at a time. */
  scroll(times: number): Promise<void>;
}

export async function openTab(browser: Browser): Promise<Tab> {
  const context: BrowserContext = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(OBSERVE);
  const take = () => page.evaluate('globalThis.takeLongTasks?.() ?? []') as Promise<number[]>;
  return {
    page,
    async firstContent(url) {
      await page.goto(url);
      return (await page.evaluate(PAINTED)) as number;
    },
    loadedBytes: () => page.evaluate(BYTES) as Promise<number>,
    async drawn(action) {
      const start = performance.now();
      await action();
      await page.evaluate(FRAME);
      return performance.now() - start;
    },
    async longTasks(work) {
      await take();
      await work();
      await page.evaluate(FRAME);
      return take();
    },
    async scroll(times) {
      for (let i = 0; i < times; i++) {
        await page.mouse.wheel(0, 900);
        await page.evaluate(FRAME);
      }
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
