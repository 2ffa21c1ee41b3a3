import { parse as parseMarkdown } from 'marked';
import { heatmapSvg, type LegendEntry, legend, stats, tableOf, timeseriesSvg } from './chart.ts';
import { escapeHtml } from './escape-html.ts';
import type { Line, PreviewDashboard, PreviewPanel } from './panel-data.ts';
import { WATERFALL_STYLE, waterfallHtml } from './waterfall.ts';

export const PAGE_WIDTH = 1680;
const COLUMNS = 24;
const GAP = 8;
const MARGIN = 16;
const ROW_HEIGHT = 30;
const HEADER_HEIGHT = 30;
const LEGEND_LINE = 16;
const MOST_LEGEND_LINES = 5;
const TABLE_LINE = 22.5;

const columnWidth = (PAGE_WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;

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
  .stats { display: flex; position: absolute; inset: ${HEADER_HEIGHT}px 0 12px; align-items: center; }
  .stat { flex: 1; position: relative; text-align: center; }
  .stat b { display: block; font-size: 30px; font-weight: 500; position: relative; }
  .stat small { display: block; color: #8e8e9b; position: relative; }
  table { width: calc(100% - 20px); margin: 0 10px; border-collapse: collapse; font-size: 13px; }
  th { text-align: left; color: #8e8e9b; font-weight: 500; }
  th, td { padding: 3px 8px 3px 0; border-bottom: 1px solid rgba(204, 204, 220, 0.09); }
  .legend { padding: 0 10px; font-size: 11px; line-height: ${LEGEND_LINE}px; }
  .legend p { margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .legend span { margin-right: 12px; }
  .legend i { display: inline-block; width: 13px; height: 3px; margin-right: 5px; vertical-align: middle; }
  .legend em { font-style: normal; color: #8e8e9b; white-space: pre; }
  .none { color: #8e8e9b; position: absolute; inset: 0; display: grid; place-content: center; }
  .text { padding: 0 12px; line-height: 1.4; }
  .text code { font: 13px "Liberation Mono", "DejaVu Sans Mono", monospace; color: #e0c08a; }
  .text p, .text ul, .text pre { margin: 6px 0; }${WATERFALL_STYLE}`;

function body(panel: PreviewPanel, lines: readonly Line[]): string {
  const { w, h } = panel.gridPos;
  const width = Math.floor(w * columnWidth + (w - 1) * GAP) - 2;
  const height = h * ROW_HEIGHT + (h - 1) * GAP - HEADER_HEIGHT - 2;
  if (panel.record !== undefined) return waterfallHtml(panel.record);
  if (panel.type === 'text')
    return `<div class="text">${parseMarkdown(panel.options?.content ?? '', { async: false })}</div>`;
  if (panel.type === 'stat') {
    const figures = stats(panel, lines).map(
      ({ name, text, color }) =>
        `<div class="stat"><b style="color:${color}">${escapeHtml(text)}</b>${lines.length > 1 ? `<small>${escapeHtml(name)}</small>` : ''}</div>`,
    );
    return `<div class="stats">${figures.join('')}</div>`;
  }
  if (panel.type === 'table') return tableHtml(panel, lines, height);
  if (lines.length === 0)
    return `<div class="none">${escapeHtml(panel.fieldConfig.defaults.noValue ?? 'No data')}</div>`;
  if (panel.type === 'heatmap') return heatmapSvg(panel, lines, { width, height });
  const entries = legendLines(legend(panel, lines), width);
  const below = entries.map((line) => `<p>${line.join('')}</p>`);
  const svg = timeseriesSvg(panel, lines, { width, height: height - (entries.length + 0.5) * LEGEND_LINE });
  return `${svg}<div class="legend">${below.join('')}</div>`;
}

const LETTER_WIDTH = 5.7;
const AROUND_ENTRY = 34;

/** As many as there is room for, and how many there are besides. */
function legendLines(entries: readonly LegendEntry[], width: number): readonly (readonly string[])[] {
  const lines: string[][] = [[]];
  let [left, shown] = [width, 0];
  for (const { name, color, figures } of entries) {
    const wide = (name.length + figures.length + 1) * LETTER_WIDTH + AROUND_ENTRY;
    if (wide > left && lines.at(-1)?.length !== 0) {
      if (lines.length === MOST_LEGEND_LINES) break;
      lines.push([]);
      left = width;
    }
    lines
      .at(-1)
      ?.push(
        `<span><i style="background:${color}"></i>${escapeHtml(name)} <em>${escapeHtml(figures)}</em></span>`,
      );
    left -= wide;
    shown += 1;
  }
  if (shown < entries.length) lines.push([`<em>and ${entries.length - shown} more</em>`]);
  return lines;
}

function tableHtml(panel: PreviewPanel, lines: readonly Line[], height: number): string {
  const { titles, rows } = tableOf(panel, lines);
  if (rows.length === 0)
    return `<div class="none">${escapeHtml(panel.fieldConfig.defaults.noValue ?? 'No data')}</div>`;
  const head = titles.map((title) => `<th>${escapeHtml(title)}</th>`);
  const room = Math.floor(height / TABLE_LINE) - 1;
  const shown = rows.length <= room ? rows : rows.slice(0, room - 1);
  const more = rows.length - shown.length;
  const body = shown.map(
    (cells) =>
      `<tr>${cells.map(({ text, color }) => `<td style="color:${color}">${escapeHtml(text)}</td>`).join('')}</tr>`,
  );
  if (more > 0) body.push(`<tr><th colspan="${titles.length}">and ${more} more</th></tr>`);
  return `<table><tr>${head.join('')}</tr>${body.join('')}</table>`;
}

function cell(panel: PreviewPanel, lines: readonly Line[]): string {
  const { x, y, w, h } = panel.gridPos;
  const place = `grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}`;
  if (panel.type === 'row')
    return `<h2 style="${place}">${panel.collapsed ? '▸' : '▾'} ${escapeHtml(panel.title)}</h2>`;
  return `<section style="${place}" title="${escapeHtml(panel.description ?? '')}"><h3>${escapeHtml(panel.title)}</h3>${body(panel, lines)}</section>`;
}

/**
 * A dashboard as one page of HTML that needs nothing else: no script, no font, no server.
 * @param data the lines of each panel, by its id
 */
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
