import { describe, expect, test } from 'vitest';
import { colorOf } from '../../infra/monitoring/grafana/preview/chart.ts';
import { renderPage } from '../../infra/monitoring/grafana/preview/page.ts';
import type {
  Line,
  PreviewDashboard,
  PreviewPanel,
} from '../../infra/monitoring/grafana/preview/panel-data.ts';
import { formatValue } from '../../infra/monitoring/grafana/preview/units.ts';
import { withRecord } from '../../infra/monitoring/grafana/preview/waterfall.ts';
import type { TraceNode } from '../../src/client/index.ts';
import { allPanels, dashboards, queryPanels, untraced } from './monitoring-files.ts';

describe('the preview writes numbers', () => {
  test.each([
    [0, 's', '0 s'],
    [0.0042, 's', '4.2 ms'],
    [90, 's', '1.5 min'],
    [7200, 's', '2 h'],
    [0.051, 'percentunit', '5.1 %'],
    [1536, 'bytes', '1.5 KiB'],
    [3 * 2 ** 30, 'bytes', '3 GiB'],
    [2048, 'Bps', '2 KiB/s'],
    [12_345, 'short', '12.3 K'],
    [0.25, 'reqps', '0.25 req/s'],
    [7, 'none', '7'],
  ])('%d %s as %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  test('of every unit that the dashboards use', () => {
    const units = dashboards.flatMap((dashboard) =>
      queryPanels(dashboard).map(({ fieldConfig }) => fieldConfig.defaults.unit ?? ''),
    );
    for (const unit of new Set(units)) expect(formatValue(1, unit)).not.toBe('');
  });
});

const page = (panels: readonly unknown[], data: ReadonlyMap<number, readonly Line[]> = new Map()) =>
  renderPage({ title: 'Board', description: '', panels: panels as PreviewPanel[] }, data, '');
const panelOf = (title: string) =>
  dashboards
    .flatMap(allPanels)
    .find(({ type, ...panel }) => type !== 'row' && panel.title === title) as unknown as PreviewPanel;

describe('the preview tells what it has no room for', () => {
  test('of a legend: the highest lines are named, and how many there are besides', () => {
    const panel = panelOf('Slowest routes');
    const lines = Array.from(
      { length: 40 },
      (_, i): Line => ({
        ...{ name: `/api/ml/v1/route-${i}`, refId: 'A', labels: {} },
        points: [
          [0, i],
          [60_000, i],
        ],
      }),
    );
    const html = page([panel], new Map([[panel.id, lines]]));
    const named = [...html.matchAll(/route-(\d+)/g)].map(([, number]) => Number(number));
    expect(named.slice(0, 3)).toEqual([39, 38, 37]);
    expect(html).toContain(`and ${40 - named.length} more`);
  });

  test('of a table: the rows that lead, and how many there are besides', () => {
    const panel = panelOf('Routes');
    const [rate, errors] = ['A', 'B'];
    const lines = Array.from({ length: 40 }, (_, i) => {
      const line = { name: '', labels: { http_route: `/route-${i}` } };
      return [
        { ...line, refId: rate, points: [[0, i]] },
        // The least asked for is the one that fails.
        { ...line, refId: errors, points: [[0, i === 0 ? 1 : 0]] },
      ] as Line[];
    });
    const html = page([panel], new Map([[panel.id, lines.flat()]]));
    const named = [...html.matchAll(/route-(\d+)/g)].map(([, number]) => Number(number));
    expect(named.slice(0, 3)).toEqual([0, 39, 38]);
    expect(html).toContain(`and ${40 - named.length} more`);
  });
});

test('the preview shows a panel’s own words where it has no data', () => {
  expect(page([panelOf('Errors by route')])).toContain('>no errors seen<');
});

test.each([
  ['Last clean-up', 1.8e9, 'never'],
  ['Last clean-up', 600, '10 min'],
  ['Queue drains in', 2e9, 'none has ended'],
  ['State', 1, 'Pending'],
])('the preview of "%s" says of %d: %s', (title, value, word) => {
  const panel = panelOf(title);
  const line: Line = { name: '', refId: 'A', labels: {}, points: [[0, value]] };
  expect(page([panel], new Map([[panel.id, [line]]]))).toContain(`>${word}<`);
});

test('the preview knows every colour that the dashboards name', () => {
  const panels = dashboards.flatMap(queryPanels);
  const named = JSON.stringify(panels).matchAll(/"(?:color|fixedColor)":"([^"]+)"/g);
  const colors = new Set([...named].map(([, color]) => color ?? ''));
  expect(colors.size).toBeGreaterThan(5);
  const drawn = [...colors].filter((name) => name !== 'transparent' && !name.startsWith('rgba'));
  for (const name of drawn) expect(colorOf(name)).toMatch(/^#[0-9A-F]{6}$/);
});

describe('the preview of one training run', () => {
  const node = (name: string, [from, to]: readonly [number, number], more: Partial<TraceNode> = {}) => ({
    name,
    started_at: new Date(from * 1000).toISOString(),
    ended_at: new Date(to * 1000).toISOString(),
    duration_seconds: to - from,
    error_type: null,
    attributes: {},
    children: [],
    ...more,
  });
  const record: TraceNode = node('training run', [0, 100], {
    attributes: { run_id: 'the-id', mode: 'heavy', status: 'succeeded' },
    children: [
      node('attempt', [0, 25], { attributes: { attempt: 1 }, error_type: 'worker_lost' }),
      node('attempt', [50, 100], {
        attributes: { attempt: 2 },
        children: Array.from({ length: 20 }, (_, i) =>
          node('trial', [50, 60], { attributes: { 'mlops.trial.family': `<${i}>` } }),
        ),
      }),
    ],
  });
  const board = untraced.find(({ uid }) => uid === 'mlops-backend-run') as unknown as PreviewDashboard;
  const drawn = withRecord(board, record);

  test('has its record as a waterfall, each piece where and as long as it was', () => {
    const html = page(drawn.panels);
    expect(html).toContain('the-id · heavy · succeeded');
    expect(html.match(/<li>/g)).toHaveLength(23);
    expect(html).toMatch(/attempt · 1<.*left:0%;width:max\(2px,25%\).*worker_lost/);
    expect(html).toMatch(/attempt · 2<.*left:50%;width:max\(2px,50%\).*50 s/);
    expect(html).toContain('trial · &lt;0>');
    expect(html).not.toContain('knows no Tempo');
  });

  test('gives the record the room it needs, and moves down what is below', () => {
    const height = ({ panels }: PreviewDashboard) =>
      panels.find(({ type }) => type === 'text')?.gridPos.h ?? 0;
    expect(height(drawn) * 38).toBeGreaterThan(23 * 22);
    const moved = drawn.panels.map(({ gridPos }, i) => gridPos.y - (board.panels[i]?.gridPos.y ?? 0));
    expect(new Set(moved)).toEqual(new Set([0, height(drawn) - height(board)]));
  });
});
