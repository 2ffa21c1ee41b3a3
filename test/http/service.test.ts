import { describe, expect, test } from 'vitest';
import { sendAlert, startAlertmanager } from '../infra/alertmanager.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { freePort } from '../support/free-port.ts';
import { hasProgram } from '../support/programs.ts';

interface Alert {
  readonly name: string;
  readonly runbook_url: string;
  readonly expression: string;
  readonly firing: readonly object[];
}
interface Alerts {
  readonly alertmanager: string;
  readonly items: readonly Alert[];
}
interface Recorded {
  readonly prefix: string;
  readonly times: readonly string[];
  readonly series: readonly {
    readonly metric: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly values: readonly number[];
  }[];
}

const json = async <Answer>(response: Response): Promise<Answer> => (await response.json()) as Answer;

test('the service tells of itself: its samples, its alerts, and what each means', async () => {
  await using service = await startDeployed({
    PROMETHEUS__METRIC_NAMESPACE: 'other',
    ALERTMANAGER_URL: `http://127.0.0.1:${await freePort()}`,
  });
  const { api } = service;
  await api.uploadFile('wine_train.csv');

  const recorded = await json<Recorded>(
    await api.call(
      '/service/metrics?metric=other_backend_dataset_uploads_total&metric=nodejs_eventloop_delay_p99_seconds',
    ),
  );
  expect(recorded.prefix).toBe('other_backend_');
  const uploads = recorded.series.filter(({ metric }) => metric === 'other_backend_dataset_uploads_total');
  expect(uploads.find(({ labels }) => labels['mode'] === 'light')?.values).toEqual([1]);
  expect(recorded.times).toHaveLength(1);
  const [time] = recorded.times;
  const newer = await json<Recorded>(
    await api.call(`/service/metrics?metric=other_backend_dataset_uploads_total&since=${time}`),
  );
  expect(newer.times).not.toContain(time);
  expect(newer.series[0]?.values).toHaveLength(newer.times.length);
  expect((await api.call('/service/metrics?since=lately')).status).toBe(400);
  const none = await json<Recorded>(await api.call('/service/metrics'));
  expect([none.prefix, none.series]).toEqual(['other_backend_', []]);

  const { alertmanager, items } = await json<Alerts>(await api.call('/service/alerts'));
  expect(alertmanager).toBe('unreachable');
  expect(items.length).toBeGreaterThan(25);
  for (const { name, runbook_url } of items) {
    const page = await fetch(runbook_url);
    expect([name, page.status, (await page.text()).includes('<strong>What to do.</strong>')]).toEqual([
      name,
      200,
      true,
    ]);
  }

  const explained = await json<
    Alert & { metrics: readonly { metric: string; value: number }[]; runbook: string }
  >(await api.call('/service/alerts/UploadsRefused'));
  expect(explained.expression).toContain('dataset:uploads:increase15m');
  expect(explained.metrics.map(({ metric }) => metric)).toContain('other_backend_dataset_uploads_total');
  expect(explained.runbook).toContain('**Meaning.**');
  expect((await api.call('/service/alerts/None')).status).toBe(404);
  expect((await fetch(`${service.origin}/api/runbooks/None`)).status).toBe(404);
});

test('without telemetry there are no samples, and the alerts are told all the same', async () => {
  await using service = await startTestApp();
  const recorded = await json<Recorded>(await service.api.call('/service/metrics?metric=target_info'));
  expect([recorded.times, recorded.series]).toEqual([[], []]);
  const { alertmanager, items } = await json<Alerts>(await service.api.call('/service/alerts'));
  expect([alertmanager, items.some(({ firing }) => firing.length > 0)]).toEqual(['unconfigured', false]);
});

describe.skipIf(!hasProgram('prometheus-alertmanager'))(
  'with a real Alertmanager (program: prometheus-alertmanager)',
  () => {
    test('what fires there is told here', async () => {
      await using alertmanager = await startAlertmanager();
      const { url } = alertmanager;
      const startsAt = new Date().toISOString();
      const labels = { alertname: 'TargetDown', instance: 'there' };
      await sendAlert(url, { labels, annotations: { summary: 'gone' }, startsAt });
      await using service = await startTestApp({ ALERTMANAGER_URL: `${url}/` });
      const firing = await eventually(async () => {
        const told = await json<Alerts>(await service.api.call('/service/alerts'));
        const alert = told.items.find(({ name }) => name === 'TargetDown');
        return told.alertmanager === 'answered' && alert?.firing[0] !== undefined && alert.firing;
      });
      expect(firing).toEqual([
        { labels: { instance: 'there' }, started_at: startsAt, summary: 'gone', suppressed: false },
      ]);
    });
  },
);
