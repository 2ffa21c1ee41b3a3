import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asSent, everything } from '../../infra/monitoring/grafana/preview/variables.ts';
import { eventually } from '../support/client.ts';
import { type Deployment, freshDeployment } from '../support/deployment.ts';
import { freePort } from '../support/free-port.ts';
import { hasProgram } from '../support/programs.ts';
import type { Service } from '../support/service.ts';
import { type AlertReceiver, startReceiver } from './alert-receiver.ts';
import { dashboards, type Panel, queryPanels, ROOT, recordings, rules } from './monitoring-files.ts';
import { type MonitoringStack, startMonitoring } from './monitoring-stack.ts';
import { playScenario, SCENARIO_SETTINGS, type Tally } from './scenario.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What this scenario cannot make: nothing is called by the service, and nothing sent. */
const WITHOUT_DATA = ['Outgoing requests', 'Spans and log records sent'];
const ONLY_ZEROS = [
  'Scrapes without the database’s figures',
  'Metric callbacks that failed',
  'Connections refused',
  'Spans and log records lost',
  'Pushes of metrics that failed',
  'Turned away',
  'Latency: burn rate',
];

/** Steps in which something happens in so short a scenario. */
const TIMES = { step: 15, scrapeInterval: 1 };

const sorted = (series: readonly object[]) => series.map((one) => JSON.stringify(one)).sort();

const programs = hasProgram('prometheus') && hasProgram('prometheus-alertmanager');

describe.skipIf(!programs)('real traffic (programs: prometheus, prometheus-alertmanager)', () => {
  let stack: AsyncDisposableStack;
  let deployment: Deployment;
  let service: Service;
  let monitoring: MonitoringStack;
  /** Another one, in which histograms are native and have no classic series. */
  let native: MonitoringStack;
  let receiver: AlertReceiver;
  let tally: Tally;
  let from: number;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    deployment = stack.use(await freshDeployment());
    receiver = stack.use(await startReceiver());
    // A port that it finds free when it comes back.
    const port = String(await freePort());
    service = await deployment.start({ ...SCENARIO_SETTINGS, PORT: port });
    monitoring = stack.use(await startMonitoring(new URL(service.origin).host, receiver.url));
    const { url } = stack.use(await startReceiver());
    native = stack.use(await startMonitoring(new URL(service.origin).host, url, 'native-histograms'));
    from = Date.now() / 1000;
    tally = await playScenario(service, deployment.root, () => monitoring.scraped(Date.now()));
    // The last thing that the scenario did raises an alert. Asked as the panels ask, in steps from the beginning:
    // what an instant query sees already may lie after the last step.
    await eventually(async () => {
      const firing = 'ALERTS{alertname="DatasetFilesMissing", alertstate="firing"}';
      return (await monitoring.range(firing, from, 1)).length > 0;
    });
    await monitoring.scraped(Date.now());
    await native.scraped(Date.now());
  });
  afterAll(() => stack.disposeAsync());

  /** A sum by labels → `value value` → number, zeros left out. */
  async function by(labels: readonly string[], metric: string): Promise<Record<string, number>> {
    const series = await monitoring.instant(`sum by (${labels.join(', ')}) (${metric})`);
    return Object.fromEntries(
      series
        .filter(({ value }) => value !== 0)
        .map(({ metric: own, value }) => [labels.map((label) => own[label] ?? '').join(' '), value]),
    );
  }
  const one = async (expr: string) => (await monitoring.instant(expr))[0]?.value;

  test('is counted exactly: uploads, refusals, runs, retries, predictions and changes of models', async () => {
    expect(await by(['mode'], 'mlops_backend_dataset_uploads_total')).toEqual(tally.uploads);
    expect(await one('sum(mlops_backend_dataset_upload_size_bytes_sum)')).toBe(tally.uploadedBytes);
    expect(await by(['reason'], 'mlops_backend_dataset_upload_failures_total')).toEqual(tally.refusals);
    expect(await by(['mode', 'outcome'], 'mlops_backend_training_runs_total')).toEqual(tally.runs);
    expect(await by(['error_type'], 'mlops_backend_training_failures_total')).toEqual(tally.failures);
    expect(await by(['reason'], 'mlops_backend_training_retries_total')).toEqual(tally.retries);
    expect(await by(['task'], 'mlops_backend_predictions_total')).toEqual(tally.predictedRows);
    expect(await by(['receipt'], 'mlops_backend_feedback_outcomes_total')).toEqual(tally.outcomes);
    expect(await by(['change'], 'mlops_backend_model_changes_total')).toEqual(tally.changes);
  });

  test('is counted exactly: what expired, and the file that was gone', async () => {
    const uploads = Object.values(tally.uploads).reduce((a, b) => a + b, 0);
    expect(await one('mlops_backend_dataset_ttl_datasets_removed_total')).toBe(uploads);
    expect(await one('mlops_backend_dataset_ttl_files_missing_total')).toBe(tally.filesMissing);
    expect(await one('mlops_backend_dataset_ttl_files_removed_total')).toBe(uploads - tally.filesMissing);
    expect(await one('mlops_backend_datasets')).toBe(0);
  });

  test('is counted exactly by what the counting panels ask', async () => {
    const events = (metric: string) => `sum_over_time(instance:events:increase{metric="${metric}"}[1h])`;
    await eventually(async () => {
      const removed = (await one(`sum(${events('dataset_ttl_datasets_removed')})`)) ?? 0;
      return removed === Object.values(tally.uploads).reduce((a, b) => a + b, 0);
    });
    expect(await by(['mode'], events('dataset_uploads'))).toEqual(tally.uploads);
    expect(await by(['reason'], events('dataset_upload_failures'))).toEqual(tally.refusals);
    expect(await by(['mode', 'outcome'], events('training_runs'))).toEqual(tally.runs);
    expect(await by(['error_type'], events('training_failures'))).toEqual(tally.failures);
    expect(await by(['reason'], events('training_retries'))).toEqual(tally.retries);
    expect(await by(['change'], events('model_changes'))).toEqual(tally.changes);
    const labels = ['http_request_method', 'http_response_status_code', 'http_route'];
    expect(await by(labels, events('http_server_requests'))).toEqual(tally.answers);
  });

  test('is counted exactly: every answer by method, status and route', async () => {
    const labels = ['http_request_method', 'http_response_status_code', 'http_route'];
    expect(await by(labels, 'http_server_request_duration_seconds_count')).toEqual(tally.answers);
  });

  const panels = dashboards.flatMap((dashboard) =>
    queryPanels(dashboard).map((panel): [string, Panel, Record<string, string>] => [
      `${dashboard.title} / ${panel.title}`,
      panel,
      everything(dashboard.templating.list),
    ]),
  );

  describe.each(['classic', 'native'] as const)('where histograms are %s', (form) => {
    const there = () => (form === 'native' ? native : monitoring);

    test.each(panels)('shows in %s', async (_name, panel, chosen) => {
      const results = await Promise.all(
        (panel.targets ?? []).map(({ expr }) =>
          there().range(
            asSent(expr, chosen, { ...TIMES, range: Math.ceil(Date.now() / 1000 - from) }),
            from,
            1,
          ),
        ),
      );
      const values = results
        .flat()
        .flatMap(({ values = [], histograms = [] }) => [
          ...values.map(([, value]) => Number(value)),
          ...histograms.map(([, { count }]) => Number(count)),
        ]);
      if (WITHOUT_DATA.includes(panel.title)) return;
      expect(values.filter(Number.isFinite).length).toBeGreaterThan(0);
      if (!ONLY_ZEROS.includes(panel.title))
        expect(values.some((value) => Number.isFinite(value) && value !== 0)).toBe(true);
    });

    test('gives every recording rule data, and no rule fails', async () => {
      const empty: string[] = [];
      for (const { record } of recordings)
        if ((await there().range(record, from, 1)).length === 0) empty.push(record);
      expect(empty).toEqual([]);
      const answer = (await (await fetch(`${there().prometheus}/api/v1/rules`)).json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      const loaded = answer.data.groups.flatMap((group) => group.rules);
      expect(loaded).toHaveLength(rules.length);
      expect(loaded.filter(({ health }) => health !== 'ok')).toEqual([]);
    });
  });

  test('no rule goes blind where histograms are native: it counts the same requests, and as many of them in time', async () => {
    const classic = /^http_server_request.+_(bucket|count|sum)$/;
    expect(await native.instant(`{__name__=~"${classic.source}"}`)).toEqual([]);
    const api = '{http_route=~"/api/ml/.+"}';
    const counts = [
      `sum by (http_route, http_response_status_code) (instance:http_server_requests:total${api})`,
      `sum by (http_route, http_response_status_code) (instance:http_server_requests_within_1s:total${api})`,
      'sum by (http_route, http_response_status_code) (sum_over_time(instance:events:increase{metric="http_server_requests", http_route=~"/api/ml/.+"}[1h]))',
    ];
    for (const expr of counts)
      await eventually(async () => {
        const [ofClassic, ofNative] = [await monitoring.instant(expr), await native.instant(expr)];
        return ofNative.length > 5 && JSON.stringify(sorted(ofClassic)) === JSON.stringify(sorted(ofNative));
      });
    for (const expr of [
      'job:http_server_errors:increase10m',
      'slo:bad_requests:increase1h{slo="availability"}',
    ])
      expect((await native.instant(expr))[0]?.value).toBeGreaterThan(0);
    expect(await native.instant('ALERTS{alertname="LatencyObjectiveBlind"}')).toEqual([]);
  });

  test.skipIf(!hasProgram('chromium'))('can be looked at without Grafana (program: chromium)', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'overview');
    await promisify(execFile)(
      process.execPath,
      [
        ...['--disable-warning=ExperimentalWarning', 'scripts/dashboards-preview.ts'],
        ...[`--prometheus=${monitoring.prometheus}`, '--minutes=15', '--scrape=1', `--out=${out}`],
      ],
      { cwd: ROOT },
    );
    const page = await readFile(`${out}.html`, 'utf8');
    const overview = dashboards.find(({ uid }) => uid === 'mlops-backend-overview');
    for (const { title } of overview?.panels ?? []) expect(page).toContain(`${title}<`);
    const empty = [...page.matchAll(/<h3>([^<]*)<\/h3>(?:(?!<h3>)[\s\S])*?No data/g)].map(
      ([, title]) => title,
    );
    expect(empty).toEqual([]);
    // Nothing is fetched and nothing runs.
    expect(page).not.toMatch(/<script|<link|<img|url\((?!#)/);
    const picture = await readFile(`${out}.png`);
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.readUInt32BE(16)).toBe(1680);
    // All rows are on it, not just the first screen.
    expect(picture.readUInt32BE(20)).toBeGreaterThan(1500);
  });

  test('raises the alerts it must, with words that are filled in', async () => {
    const alertsOf = (name: string) =>
      receiver.received.flatMap(({ alerts }) => alerts).filter(({ labels }) => labels['alertname'] === name);
    for (const name of ['MonitoringHeartbeat', 'DatasetFilesMissing'])
      await eventually(async () => alertsOf(name).length > 0);
    const [missing] = alertsOf('DatasetFilesMissing');
    expect(missing?.annotations['description']).toMatch(/^\d/);
    const texts = receiver.received.flatMap(({ alerts }) =>
      alerts.flatMap((alert) => Object.values(alert.annotations)),
    );
    expect(texts.filter((text) => /\{\{|error expanding|<no value>/.test(text))).toEqual([]);
  });

  test('takes an alert all the way: the service dies, someone is told; it comes back, they are told', async () => {
    // It evaluates every rule each second, and nobody asks it any more.
    await native[Symbol.asyncDispose]();
    const port = new URL(service.origin).port;
    const told = (status: string) =>
      receiver.received.find(
        (notification) =>
          notification.status === status &&
          notification.alerts.some(({ labels }) => labels['alertname'] === 'BackendMissing'),
      );
    const died = Date.now();
    await service.stop('SIGKILL');
    const firing = await eventually(async () => told('firing'), 300);
    expect(firing.receiver).toBe('page');
    expect(firing.alerts[0]).toMatchObject({
      labels: { job: 'backend', severity: 'critical' },
      annotations: { summary: 'No backend answers the scrape' },
    });
    // Not at once: the condition must have held for a minute.
    expect(firing.receivedAt - died).toBeGreaterThan(60_000);

    const back = Date.now();
    service = await deployment.start({ ...SCENARIO_SETTINGS, PORT: port });
    const resolved = await eventually(async () => told('resolved'));
    expect(resolved.receiver).toBe('page');
    const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
    console.info(
      `BackendMissing: told ${seconds(firing.receivedAt - died)} after the death, ` +
        `cleared ${seconds(resolved.receivedAt - back)} after the new start began`,
    );
  });
});
