import type { TraceNode } from '../../../../src/client/index.ts';
import { escapeHtml } from './escape-html.ts';
import type { PreviewDashboard } from './panel-data.ts';
import { formatValue } from './units.ts';

/** A training run's own record (`GET …/training-runs/{id}/trace`) as a waterfall, in the place of Tempo's. */
interface Piece {
  readonly node: TraceNode;
  readonly depth: number;
}

const LINE_HEIGHT = 22;
const INDENT = 16;
const COLORS = ['#8AB8FF', '#5794F2', '#73BF69', '#F2CC0C'];
const FAILED = '#F2495C';
/** Rows of the grid are that high, the gap between them too. */
const GRID_STEP = 38;
const HEADER = 46;

const pieces = (node: TraceNode, depth = 0): readonly Piece[] => [
  { node, depth },
  ...node.children.flatMap((child) => pieces(child, depth + 1)),
];

/** What tells pieces of the same name apart. */
function nameOf({ name, attributes }: TraceNode): string {
  const { attempt, 'mlops.trial.family': family, 'mlops.trial.loss': loss } = attributes;
  const details = [attempt, family, typeof loss === 'number' ? Number(loss.toPrecision(4)) : undefined];
  return [name, ...details].filter((part) => part !== undefined).join(' · ');
}

export function waterfallHtml(run: TraceNode): string {
  const begin = Date.parse(run.started_at);
  const end = run.ended_at === null ? Date.now() : Date.parse(run.ended_at);
  const share = (time: string | null) =>
    (((time === null ? end : Date.parse(time)) - begin) / Math.max(1, end - begin)) * 100;
  const lines = pieces(run).map(({ node, depth }) => {
    const [from, to] = [share(node.started_at), share(node.ended_at)];
    const color = node.error_type === null ? COLORS[Math.min(depth, COLORS.length - 1)] : FAILED;
    const took = node.duration_seconds === null ? '…' : formatValue(node.duration_seconds, 's');
    return `<li><span style="padding-left:${depth * INDENT}px">${escapeHtml(nameOf(node))}</span><div><i style="left:${from}%;width:max(2px,${to - from}%);background:${color}"></i></div><em>${escapeHtml(node.error_type ?? took)}</em></li>`;
  });
  return `<ol class="waterfall">${lines.join('')}</ol>`;
}

export const WATERFALL_STYLE = `
  .waterfall { list-style: none; margin: 0; padding: 4px 12px; font-size: 13px; line-height: ${LINE_HEIGHT}px; }
  .waterfall li { display: grid; grid-template-columns: 300px 1fr 90px; gap: 12px; }
  .waterfall span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .waterfall div { position: relative; }
  .waterfall i { position: absolute; top: 5px; height: 12px; border-radius: 1px; }
  .waterfall em { font-style: normal; color: #8e8e9b; text-align: right; }`;

/** The board of one run with its record in the place of the words that stand there without Tempo. */
export function withRecord(board: PreviewDashboard, record: TraceNode): PreviewDashboard {
  const words = board.panels.find(({ type }) => type === 'text');
  if (words === undefined) throw new Error(`${board.title} has no place for the record of a run`);
  const h = Math.ceil((HEADER + pieces(record).length * LINE_HEIGHT) / GRID_STEP);
  const lower = h - words.gridPos.h;
  const { run_id, mode, task, status } = record.attributes;
  const title = `Its record: ${[run_id, mode, task, status].filter(Boolean).join(' · ')}`;
  const panels = board.panels.map((panel) => {
    const { gridPos } = panel;
    if (panel === words) return { ...panel, title, record, gridPos: { ...gridPos, h } };
    return gridPos.y > words.gridPos.y ? { ...panel, gridPos: { ...gridPos, y: gridPos.y + lower } } : panel;
  });
  return { ...board, panels };
}
