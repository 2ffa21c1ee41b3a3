import { expect, test } from 'vitest';
import { UIDS } from '../../infra/monitoring/grafana/source/boards.ts';
import { run } from '../../infra/monitoring/grafana/source/run.ts';
import { RUN_BOARD, runLinks } from '../../src/http/run-links.ts';
import { startTestApp } from '../support/app.ts';
import { insertRun } from '../support/runs.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const RUN = '01a20561-edf3-702f-81fa-6ce85541cf31';
const GRAFANA = { url: 'https://grafana.example.org/sub', tracesUid: 'tempo-1', logsUid: 'loki-1' };
const QUEUED = new Date('2026-11-26T10:00:00Z');

const paneOf = (link: string | undefined) => {
  const url = new URL(link ?? '');
  expect(url.origin + url.pathname).toBe('https://grafana.example.org/sub/explore');
  expect(url.searchParams.get('schemaVersion')).toBe('1');
  return JSON.parse(url.searchParams.get('panes') ?? '').run;
};

test('a run links to its trace and its log lines in Explore, a minute around its time', () => {
  const finished = new Date('2026-11-26T10:05:00Z');
  const links = runLinks({ id: RUN, trace_id: TRACE, queued_at: QUEUED, finished_at: finished }, GRAFANA);
  const range = { from: String(Date.UTC(2026, 10, 26, 9, 59)), to: String(Date.UTC(2026, 10, 26, 10, 6)) };
  expect(paneOf(links.trace_url)).toEqual({
    datasource: 'tempo-1',
    range,
    queries: [
      {
        refId: 'A',
        datasource: { type: 'tempo', uid: 'tempo-1' },
        queryType: 'traceql',
        query: TRACE,
      },
    ],
  });
  expect(paneOf(links.logs_url)).toMatchObject({
    datasource: 'loki-1',
    range,
    queries: [{ datasource: { type: 'loki', uid: 'loki-1' }, expr: expect.stringContaining(TRACE) }],
  });
  const board = new URL(links.dashboard_url);
  expect(board.origin + board.pathname).toBe('https://grafana.example.org/sub/d/mlops-backend-run');
  expect(Object.fromEntries(board.searchParams)).toEqual({
    ...range,
    'var-run': RUN,
    'var-trace': TRACE,
    'var-traces': 'tempo-1',
    'var-logs': 'loki-1',
  });
});

test('one that has not ended links to what is up to now, one without a trace to the dashboard alone', () => {
  const links = runLinks({ id: RUN, trace_id: null, queued_at: QUEUED, finished_at: null }, GRAFANA);
  expect(Object.keys(links)).toEqual(['dashboard_url']);
  const { searchParams } = new URL(links.dashboard_url);
  expect([searchParams.get('to'), searchParams.get('var-trace')]).toEqual(['now', '']);
});

test('the dashboard that is linked to is the provisioned one, and has what the link fills in', () => {
  expect(RUN_BOARD).toBe(UIDS.run);
  const { dashboard_url } = runLinks(
    { id: RUN, trace_id: TRACE, queued_at: QUEUED, finished_at: null },
    GRAFANA,
  );
  const filled = [...new URL(dashboard_url).searchParams.keys()].flatMap(
    (key) => /^var-(.+)/.exec(key)?.[1] ?? [],
  );
  const named = [...(run.texts ?? []), ...(run.sources ?? [])].map(({ name }) => name);
  expect(filled.toSorted()).toEqual(named.toSorted());
});

test.each([
  [
    'with GRAFANA_PUBLIC_URL',
    { GRAFANA_PUBLIC_URL: 'https://grafana.example.org/' },
    'https://grafana.example.org/explore?',
  ],
  ['without', {}, undefined],
])('%s the API answers a run with these links, one as in a list', async (_, env, begins) => {
  await using service = await startTestApp(env);
  const id = await insertRun(service.sql, { trace_id: TRACE });
  const one = await service.api.run(id);
  const { items } = await service.api.json<{ items: Record<string, unknown>[] }>(
    await service.api.call('/training-runs'),
  );
  for (const run of [one, items[0]]) {
    if (begins === undefined) expect(run).not.toHaveProperty('dashboard_url');
    else expect(run?.['trace_url']).toSatisfy((url: string) => url.startsWith(begins));
  }
});
