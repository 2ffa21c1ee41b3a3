import { heatmapSvg, legend, stats, tableOf, timeseriesSvg } from './chart.ts';
import type { Line, PreviewPanel } from './panel-data.ts';

/** A dashboard as one page of HTML that needs nothing else: no script, no font, no server. */
export interface PreviewDashboard {
  readonly title: string;
  readonly description: string;
  readonly panels: readonly PreviewPanel[];
}

export const PAGE_WIDTH = 1680;
const COLUMNS = 24;
const GAP = 8;
const MARGIN = 16;
const ROW_HEIGHT = 30;
const HEADER_HEIGHT = 30;
const LEGEND_HEIGHT = 52;

const columnWidth = (PAGE_WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const STYLE = `
  body { margin: 0; padding: ${MARGIN}px; background: #111217; color: #ccccdc; width: ${PAGE_WIDTH - 2 * MARGIN}px;
    font: 14px Inter, "Liberation Sans", "DejaVu Sans", sans-serif; }
  header { display: flex; align-items: baseline; gap: 16px; margin-bottom: 12px; }
  h1 { font-size: 20px; font-weight: 500; margin: 0; }
  header p { color: #8e8e9b; margin: 0; }
  main { display: grid; grid-template-columns: repeat(${COLUMNS}, 1fr); grid-auto-rows: ${ROW_HEIGHT}px; gap: ${GAP}px; }
  h2 { font-size: 15px; font-weight: 500; margin: 4px 0 0; align-self: center; }
  section { background: #181b1f; border: 1px solid rgba(204, 204, 220, 0.12); border-radius: 2px; overflow: hidden;
    position: relative; box-sizing: border-box; }
  h3 { font-size: 13px; font-weight: 500; margin: 0; padding: 8px 10px 4px; height: 16px; white-space: nowrap;
    overflow: hidden; text-overflow: ellipsis; }
  .stats { display: flex; position: absolute; inset: ${HEADER_HEIGHT}px 0 0; }
  .stat { flex: 1; position: relative; text-align: center; }
  .stat b { display: block; font-size: 30px; font-weight: 500; padding-top: 24px; position: relative; }
  .stat small { display: block; color: #8e8e9b; position: relative; }
  table { width: calc(100% - 20px); margin: 0 10px; border-collapse: collapse; font-size: 13px; }
  th { text-align: left; color: #8e8e9b; font-weight: 500; }
  th, td { padding: 3px 8px 3px 0; border-bottom: 1px solid rgba(204, 204, 220, 0.09); }
  .legend { height: ${LEGEND_HEIGHT}px; padding: 0 10px; overflow: hidden; font-size: 11px; line-height: 16px; }
  .legend span { display: inline-block; margin-right: 12px; max-width: 330px; white-space: nowrap; overflow: hidden;
    text-overflow: ellipsis; vertical-align: bottom; }
  .legend i { display: inline-block; width: 13px; height: 3px; margin-right: 5px; vertical-align: middle; }
  .legend em { font-style: normal; color: #8e8e9b; white-space: pre; }
  .none { color: #8e8e9b; position: absolute; inset: 0; display: grid; place-content: center; }
  pre { white-space: pre-wrap; font: inherit; padding: 0 12px; }`;

function body(panel: PreviewPanel, lines: readonly Line[]): string {
  const { w, h } = panel.gridPos;
  const width = Math.floor(w * columnWidth + (w - 1) * GAP) - 2;
  const height = h * ROW_HEIGHT + (h - 1) * GAP - HEADER_HEIGHT - 2;
  if (panel.type === 'text') return `<pre>${escapeHtml(panel.options?.content ?? '')}</pre>`;
  if (panel.type === 'stat') {
    const figures = stats(panel, lines).map(
      ({ name, text, color }) =>
        `<div class="stat"><b style="color:${color}">${escapeHtml(text)}</b>${lines.length > 1 ? `<small>${escapeHtml(name)}</small>` : ''}</div>`,
    );
    return `<div class="stats">${figures.join('')}</div>`;
  }
  if (panel.type === 'table') return tableHtml(panel, lines);
  if (lines.length === 0) return '<div class="none">No data</div>';
  if (panel.type === 'heatmap') return heatmapSvg(panel, lines, { width, height });
  const entries = legend(panel, lines).map(
    ({ name, color, figures }) =>
      `<span><i style="background:${color}"></i>${escapeHtml(name)} <em>${escapeHtml(figures)}</em></span>`,
  );
  const svg = timeseriesSvg(panel, lines, { width, height: height - LEGEND_HEIGHT });
  return `${svg}<div class="legend">${entries.join('')}</div>`;
}

function tableHtml(panel: PreviewPanel, lines: readonly Line[]): string {
  const { titles, rows } = tableOf(panel, lines);
  if (rows.length === 0)
    return `<div class="none">${escapeHtml(panel.fieldConfig.defaults.noValue ?? 'No data')}</div>`;
  const head = titles.map((title) => `<th>${escapeHtml(title)}</th>`);
  const body = rows.map(
    (cells) =>
      `<tr>${cells.map(({ text, color }) => `<td style="color:${color}">${escapeHtml(text)}</td>`).join('')}</tr>`,
  );
  return `<table><tr>${head.join('')}</tr>${body.join('')}</table>`;
}

function cell(panel: PreviewPanel, lines: readonly Line[]): string {
  const { x, y, w, h } = panel.gridPos;
  const place = `grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}`;
  if (panel.type === 'row')
    return `<h2 style="${place}">${panel.collapsed ? '▸' : '▾'} ${escapeHtml(panel.title)}</h2>`;
  return `<section style="${place}" title="${escapeHtml(panel.description ?? '')}"><h3>${escapeHtml(panel.title)}</h3>${body(panel, lines)}</section>`;
}

/** @param data the lines of each panel, by its id */
export function renderPage(
  dashboard: PreviewDashboard,
  data: ReadonlyMap<number, readonly Line[]>,
  caption: string,
): string {
  const cells = dashboard.panels.map((panel) => cell(panel, data.get(panel.id) ?? []));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(dashboard.title)}</title>
<style>${STYLE}
</style>
<header><h1>${escapeHtml(dashboard.title)}</h1><p>${escapeHtml(caption)}</p></header>
<main>
${cells.join('\n')}
</main>
</html>
`;
}
