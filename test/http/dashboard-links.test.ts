import { expect, test } from 'vitest';
import { UIDS } from '../../infra/monitoring/grafana/source/boards.ts';
import { dashboardLinks } from '../../src/http/dashboard-links.ts';
import { startTestApp } from '../support/app.ts';

const GRAFANA = { url: 'https://grafana.example.org/sub', tracesUid: 'tempo', logsUid: 'loki' };

test('every provisioned dashboard of the service is linked to, under its own address', () => {
  // Of one run, and of alerts, there are links elsewhere.
  const { run, runbooks, ...boards } = UIDS;
  expect(dashboardLinks(GRAFANA)).toEqual(
    Object.entries(boards).map(([name, uid]) => ({ name, url: `https://grafana.example.org/sub/d/${uid}` })),
  );
  expect([run, runbooks]).toEqual(['mlops-backend-run', 'mlops-backend-runbooks']);
});

test.each([
  [
    'with GRAFANA_PUBLIC_URL',
    { GRAFANA_PUBLIC_URL: 'https://grafana.example.org/' },
    'https://grafana.example.org/d/',
  ],
  ['without', {}, undefined],
])('%s the service tells where its dashboards are', async (_, env, begins) => {
  await using service = await startTestApp(env);
  const answer = await service.api.json<{ dashboards?: { url: string }[] }>(
    await service.api.call('/service/metrics'),
  );
  expect(answer.dashboards?.every(({ url }) => begins !== undefined && url.startsWith(begins))).toBe(
    begins === undefined ? undefined : true,
  );
});
