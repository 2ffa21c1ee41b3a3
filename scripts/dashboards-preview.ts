/**
 * Draws a dashboard from a running Prometheus, for people without Grafana:
 *
 *   npm run dashboards:preview -- [--prometheus URL] [--dashboard UID] [--minutes N] [--to TIME] [--scrape SECONDS]
 *                                 [--run FILE] [--out FILE]
 *
 * It shows the minutes before TIME, such as 2026-11-26T18:05Z, or before now. With --run it draws "One training run",
 * of the run whose record (`GET …/training-runs/{id}/trace`) is in FILE, at its time. The service need not be there any
 * more, only the Prometheus, or one on the folder that it wrote. Closed rows stay closed. Writes FILE.html, one page
 * that needs nothing else, and FILE.png where a Chromium is found (CHROMIUM or /usr/bin/chromium).
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { PAGE_WIDTH, renderPage } from '../infra/monitoring/grafana/preview/page.ts';
import {
  type Line,
  type PreviewDashboard,
  queryPanel,
  variableValue,
} from '../infra/monitoring/grafana/preview/panel-data.ts';
import { everything, type Variable } from '../infra/monitoring/grafana/preview/variables.ts';
import { withRecord } from '../infra/monitoring/grafana/preview/waterfall.ts';
import type { TraceNode } from '../src/client/index.ts';

const { values } = parseArgs({
  options: {
    prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
    dashboard: { type: 'string', default: 'mlops-backend-overview' },
    minutes: { type: 'string', default: '30' },
    to: { type: 'string' },
    run: { type: 'string' },
    scrape: { type: 'string', default: '15' },
    out: { type: 'string', default: 'preview' },
  },
});

async function screenshot(html: string, png: string, executablePath: string): Promise<void> {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    args: [
      // Chromium has no sandbox for root; the page is our own and calls nobody.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: PAGE_WIDTH, height: 1000 } });
    await page.goto(pathToFileURL(html).href);
    await page.screenshot({ path: png, fullPage: true });
  } finally {
    await browser.close();
  }
}

/** Before and after a run, as its `dashboard_url` has it. */
const MARGIN = 60;
const seconds = (time: string) => {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) throw new Error(`${time} is no time: write it as 2026-11-26T18:05Z`);
  return Math.floor(milliseconds / 1000);
};
const now = Math.floor(Date.now() / 1000);

const record =
  values.run === undefined ? undefined : (JSON.parse(readFileSync(values.run, 'utf8')) as TraceNode);
const uid = record === undefined ? values.dashboard : 'mlops-backend-run';

const parent = new URL('../infra/monitoring/grafana/dashboards/', import.meta.url);
// Nothing but Prometheus is asked.
const file = ['mlops', 'untraced']
  .map((folder) => new URL(`${folder}/${uid}.json`, parent))
  .find((path) => existsSync(path));
if (file === undefined) throw new Error(`there is no dashboard ${uid}`);
const board = JSON.parse(readFileSync(file, 'utf8')) as PreviewDashboard & {
  readonly templating: { readonly list: readonly Variable[] };
};
const dashboard = record === undefined ? board : withRecord(board, record);

function times(): { readonly from: number; readonly to: number } {
  const to = values.to === undefined ? now : seconds(values.to);
  if (record === undefined) return { from: to - Number(values.minutes) * 60, to };
  const end = record.ended_at === null ? now : seconds(record.ended_at) + MARGIN;
  return { from: seconds(record.started_at) - MARGIN, to: Math.min(end, now) };
}
const range = { ...times(), scrapeInterval: Number(values.scrape) };
const variables = board.templating.list;
const ofPrefix = variables.find(({ name }) => name === 'prefix');
const prefix = (ofPrefix && (await variableValue(values.prometheus, ofPrefix, range))) ?? 'mlops_backend';
const source = { prometheus: values.prometheus, chosen: { ...everything(variables), prefix } };
const data = new Map<number, readonly Line[]>();
for (const panel of dashboard.panels) data.set(panel.id, await queryPanel(source, panel, range));

const minute = (seconds: number) =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const html = `${values.out}.html`;
await writeFile(html, renderPage(dashboard, data, `${minute(range.from)} – ${minute(range.to)}`));
process.stdout.write(`${html}\n`);

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
if (existsSync(chromium)) {
  await screenshot(html, `${values.out}.png`, chromium);
  process.stdout.write(`${values.out}.png\n`);
} else {
  process.stdout.write(`no Chromium at ${chromium}: no picture\n`);
}
