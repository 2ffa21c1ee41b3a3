import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { hasProgram } from '../support/programs.ts';
import {
  alerts,
  caseFiles,
  dashboards,
  ROOT,
  readText,
  readYaml,
  recordings,
  ruleFiles,
} from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const PROMETHEUS = fileURLToPath(new URL('infra/monitoring/prometheus/', ROOT));

interface CaseGroup {
  readonly name: string;
  readonly input_series: readonly unknown[];
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
  readonly promql_expr_test?: readonly { readonly expr: string; readonly exp_samples: readonly unknown[] }[];
}

/** Cases that speak of metrics of the domain more often than others, and take a moment. */
const OF_THE_DOMAIN = 'bounds-recording.yml';

const caseGroups = caseFiles.flatMap(
  (file) => (readYaml(`infra/monitoring/prometheus/tests/${file}`) as { tests: CaseGroup[] }).tests,
);

const runbookIds = new Map(
  [...readText('docs/runbooks.md').matchAll(/^### (\w+)$/gm)].map(([, alert], index) => [
    alert ?? '',
    index + 1,
  ]),
);
// These say something by firing without any data.
const FIRE_WITHOUT_DATA = ['MonitoringHeartbeat', 'BackendMissing'];

describe.each(alerts)('$alert', ({ alert, labels, annotations }) => {
  const cases = (kind: string) => caseGroups.filter(({ name }) => name.startsWith(`${alert}: ${kind}`));
  const expectations = (kind: string) =>
    cases(kind).flatMap((group) => [
      ...(group.alert_rule_test ?? []).map(({ exp_alerts }) => exp_alerts.length),
      ...(group.promql_expr_test ?? [])
        .filter(({ expr }) => expr.includes(`alertname="${alert}"`))
        .map(({ exp_samples }) => exp_samples.length),
    ]);

  test('says how urgent it is, what happened, and where to look', () => {
    expect(labels?.['severity']).toMatch(/^(critical|warning|none)$/);
    expect(annotations?.['summary']).toBeTruthy();
    expect(annotations?.['description']).toBeTruthy();
    const dashboard = annotations?.['dashboard_url']?.replace('http://localhost:3001/d/', '');
    expect(dashboards.map(({ uid }) => uid)).toContain(dashboard);
  });

  test('leads to its section of the runbooks', () => {
    expect(annotations?.['runbook_url']).toBe(
      `http://localhost:3001/d/mlops-backend-runbooks?viewPanel=panel-${runbookIds.get(alert)}`,
    );
    const panel = dashboards
      .find(({ uid }) => uid === 'mlops-backend-runbooks')
      ?.panels.find(({ id }) => id === runbookIds.get(alert));
    expect(panel?.title).toBe(alert);
    for (const part of ['Meaning', 'Look first', 'Usual causes', 'What to do'])
      expect(panel?.options?.['content']).toContain(`**${part}.**`);
  });

  test('has cases in which it fires, stays quiet, and finds no data', () => {
    expect(expectations('fires')).not.toEqual([]);
    expect(expectations('fires').every((count) => count > 0)).toBe(true);
    if (alert !== 'MonitoringHeartbeat') {
      expect(expectations('quiet')).not.toEqual([]);
      expect(expectations('quiet').every((count) => count === 0)).toBe(true);
      expect(cases('quiet').every(({ input_series }) => input_series.length > 0)).toBe(true);
    }
    expect(cases('no data').every(({ input_series }) => input_series.length === 0)).toBe(true);
    expect(expectations('no data')).toEqual(FIRE_WITHOUT_DATA.includes(alert) ? [1] : [0]);
  });
});

test('every section of the runbooks belongs to an alert', () => {
  expect([...runbookIds.keys()].sort()).toEqual(alerts.map(({ alert }) => alert).sort());
});

test('what is counted is told in whole numbers, for increase() makes fractions of it', () => {
  const inFractions = alerts.filter(({ annotations }) =>
    /\$value \| humanize }}/.test(JSON.stringify(annotations)),
  );
  expect(inFractions.map(({ alert }) => alert)).toEqual([]);
});

test('recording rules are named level:metric:operation', () => {
  expect(recordings.filter(({ record }) => !/^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$/.test(record))).toEqual([]);
});

describe.skipIf(!hasProgram('promtool'))('promtool (program: promtool)', () => {
  test('accepts the configuration and every rule file', async () => {
    const { stdout } = await run('promtool', ['check', 'config', join(PROMETHEUS, 'prometheus.yml')]);
    expect(stdout).toContain(`SUCCESS: ${ruleFiles.length} rule files found`);
  });

  test.each(caseFiles)('finds every alert behaving as its cases say: %s', async (file) => {
    const { stdout } = await run('promtool', ['test', 'rules', join(PROMETHEUS, 'tests', file)]);
    expect(stdout).toContain('SUCCESS');
  });

  test('finds them behaving so under another prefix too: all that differs is the prefix', async () => {
    await using folder = await temporaryFolder();
    await run('sh', [join(PROMETHEUS, 'render-config.sh'), PROMETHEUS, folder.path], {
      env: {
        PATH: process.env['PATH'],
        PROMETHEUS__METRIC_NAMESPACE: 'shop',
        PROMETHEUS__METRIC_SUBSYSTEM: 'ml_2',
      },
    });
    const rename = (text: string) => text.replaceAll('mlops_backend_', 'shop_ml_2_');
    for (const rules of ruleFiles) {
      const rendered = await readFile(join(folder.path, 'rules', rules), 'utf8');
      expect(rendered).toBe(rename(readText(`infra/monitoring/prometheus/rules/${rules}`)));
      expect(rendered).not.toContain('mlops_');
    }
    const cases = await readFile(join(PROMETHEUS, 'tests', OF_THE_DOMAIN), 'utf8');
    const renamed = join(folder.path, OF_THE_DOMAIN);
    await writeFile(renamed, rename(cases).replaceAll('../rules/', 'rules/'));
    const { stdout } = await run('promtool', ['test', 'rules', renamed]);
    expect(stdout).toContain('SUCCESS');
  });

  test('accepts the configuration as the container makes it, with token, path and address filled in', async () => {
    await using folder = await temporaryFolder();
    await run('sh', [join(PROMETHEUS, 'render-config.sh'), PROMETHEUS, folder.path], {
      env: {
        PATH: process.env['PATH'],
        PROMETHEUS__METRICS_PATH: '/internal/metrics',
        PROMETHEUS__BEARER_TOKEN: 'token with spaces & signs',
        GRAFANA_ROOT_URL: 'https://grafana.example.org',
      },
    });
    const rendered = (file: string) => readFile(join(folder.path, file), 'utf8');
    const { stdout } = await run('promtool', ['check', 'config', join(folder.path, 'prometheus.yml')]);
    expect(stdout).toContain(`SUCCESS: ${ruleFiles.length} rule files found`);
    expect(await rendered('metrics-token')).toBe('token with spaces & signs');
    const config = parse(await rendered('prometheus.yml')) as { scrape_configs: Record<string, unknown>[] };
    const scraped = {
      metrics_path: '/internal/metrics',
      authorization: { credentials_file: 'metrics-token' },
    };
    expect(config.scrape_configs.slice(0, 2)).toEqual([
      expect.objectContaining({ job_name: 'backend', ...scraped }),
      expect.objectContaining({ job_name: 'worker', ...scraped }),
    ]);
    const rules = await rendered('rules/service.yml');
    expect(rules).toContain('https://grafana.example.org/d/mlops-backend-overview');
    expect(rules).not.toContain('localhost');
  });
});

describe.skipIf(!hasProgram('amtool'))('amtool (program: amtool)', () => {
  const script = fileURLToPath(new URL('infra/monitoring/alertmanager/render-config.sh', ROOT));
  const base = fileURLToPath(new URL('infra/monitoring/alertmanager/alertmanager.yml', ROOT));
  const receivers = {
    nobody: {},
    'a web hook': { ALERT_WEBHOOK_URL: 'http://127.0.0.1:9/hook' },
    Slack: { ALERT_SLACK_WEBHOOK_URL: 'https://hooks.slack.example/x', ALERT_SLACK_CHANNEL: '#on-call' },
    mail: {
      ALERT_EMAIL_TO: 'ops@example.org',
      ALERT_EMAIL_FROM: 'alerts@example.org',
      ALERT_SMTP_HOST: 'mail.example.org:587',
      ALERT_SMTP_USER: 'alerts',
      ALERT_SMTP_PASSWORD: "it's secret",
    },
    'a dead man’s switch': { ALERT_HEARTBEAT_URL: 'http://127.0.0.1:9/heartbeat' },
  };

  async function render(env: Record<string, string>): Promise<string> {
    return (await run('sh', [script, base], { env: { PATH: process.env['PATH'], ...env } })).stdout;
  }

  async function check(env: Record<string, string>): Promise<string> {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'alertmanager.yml');
    await writeFile(file, await render(env));
    return (await run('amtool', ['check-config', file])).stdout;
  }

  test.each(Object.entries(receivers))('accepts the configuration that tells %s', async (_name, env) => {
    expect(await check(env)).toContain('SUCCESS');
  });

  test('accepts all of them together', async () => {
    const all = Object.assign({}, ...Object.values(receivers)) as Record<string, string>;
    expect(await check(all)).toContain('SUCCESS');
  });

  test('mail without a sender or a server is refused with the name of what is missing', async () => {
    await expect(render({ ALERT_EMAIL_TO: 'ops@example.org' })).rejects.toThrow('ALERT_EMAIL_FROM');
  });

  test('tells people that an alert is over, and the dead man’s switch nothing of the kind', async () => {
    const { receivers } = parse(
      await render({
        ALERT_WEBHOOK_URL: 'http://127.0.0.1:9/hook',
        ALERT_HEARTBEAT_URL: 'http://127.0.0.1:9/beat',
      }),
    ) as { receivers: { name: string; webhook_configs: { send_resolved: boolean }[] }[] };
    expect(
      receivers.map(({ name, webhook_configs }) => [name, webhook_configs.map((hook) => hook.send_resolved)]),
    ).toEqual([
      ['page', [true]],
      ['ticket', [true]],
      ['heartbeat', [false]],
    ]);
  });

  test.each([
    ['page', ['severity=critical', 'alertname=TargetDown']],
    ['ticket', ['severity=warning', 'alertname=MemoryHigh']],
    ['heartbeat', ['severity=none', 'alertname=MonitoringHeartbeat']],
  ])('sends to %s what belongs there', async (receiver, labels) => {
    const { stdout } = await run('amtool', ['config', 'routes', 'test', `--config.file=${base}`, ...labels]);
    expect(stdout.trim()).toBe(receiver);
  });
});
