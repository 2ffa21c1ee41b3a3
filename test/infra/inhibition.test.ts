import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { hasProgram } from '../support/programs.ts';
import { CONFIG, startAlertmanager } from './alertmanager.ts';
import { readYaml } from './monitoring-files.ts';

type Labels = Readonly<Record<string, string>>;

test('the heartbeat is sent again every 60 s or sooner', () => {
  const { route } = readYaml(CONFIG) as { route: { routes: Labels[] } };
  const heartbeat = route.routes.find(({ receiver }) => receiver === 'heartbeat');
  const seconds = (name: string) => Number(/^(\d+)s$/.exec(heartbeat?.[name] ?? '')?.[1]);
  // Sent again at the first multiple of the group's interval that is later than the repeat interval: one that is
  // equal to it comes a moment too soon.
  const multiples = Math.floor(seconds('repeat_interval') / seconds('group_interval')) + 1;
  expect(multiples * seconds('group_interval')).toBeLessThanOrEqual(60);
});

/** The committed configuration in a real Alertmanager: what it mutes when all these alerts fire together. */
describe.skipIf(!hasProgram('prometheus-alertmanager'))(
  'of alerts that fire together (program: prometheus-alertmanager)',
  () => {
    const stack = new AsyncDisposableStack();
    let origin: string;

    beforeAll(async () => {
      const { url } = stack.use(await startAlertmanager());
      origin = `${url}/api/v2`;
    });
    afterAll(() => stack.disposeAsync());

    /** Alerts of a case carry a label of their own, so that the cases don't meet. */
    let cases = 0;
    async function muted(asked: readonly Labels[]): Promise<readonly Labels[]> {
      cases += 1;
      const monitor = `case ${cases}`;
      // What mutes is taken in one after the other: when the last of them does, the others do.
      const alerts = [...asked, ...LAST];
      const body = JSON.stringify(alerts.map((labels) => ({ labels: { ...labels, monitor } })));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${origin}/alerts`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
      const listed = await eventually(async () => {
        const url = `${origin}/alerts?filter=${encodeURIComponent(`monitor="${monitor}"`)}`;
        const found = (await (await fetch(url)).json()) as {
          labels: Labels;
          status: { inhibitedBy: string[] };
        }[];
        const last = found.find(
          ({ labels }) => labels['alertname'] === 'MemoryHigh' && labels['job'] === 'last',
        );
        const isTakenIn = found.length === alerts.length && last!.status.inhibitedBy.length > 0;
        return isTakenIn ? found : undefined;
      });
      const mutedOnes = listed
        .filter(({ status }) => status.inhibitedBy.length > 0)
        .map(({ labels }) => labels);
      // All of them are over for the next case.
      const endsAt = new Date().toISOString();
      await fetch(`${origin}/alerts`, {
        method: 'POST',
        headers,
        body: JSON.stringify(alerts.map((labels) => ({ labels: { ...labels, monitor }, endsAt }))),
      });
      return asked.filter((alert) =>
        mutedOnes.some((labels) => Object.entries(alert).every(([name, value]) => labels[name] === value)),
      );
    }

    const critical = { severity: 'critical' };
    const warning = { severity: 'warning' };
    const worker = { job: 'worker' };
    const LAST = [
      { alertname: 'TargetDown', ...critical, job: 'last', instance: 'l:8000' },
      { alertname: 'MemoryHigh', ...warning, job: 'last', instance: 'l:8000' },
    ];
    const dead = { ...worker, instance: 'w1:8000' };
    const healthy = { ...worker, instance: 'w2:8000' };

    test('a dead process mutes what is said of itself, and nothing of the healthy one beside it', async () => {
      const ofDead = { alertname: 'MemoryHigh', ...warning, ...dead };
      const alerts = [
        { alertname: 'TargetDown', ...critical, ...dead },
        ofDead,
        { alertname: 'MemoryHigh', ...warning, ...healthy },
        { alertname: 'TargetDown', ...critical, ...healthy, instance: 'w3:8000' },
        // Of no process alone: of the job, and of the whole service.
        { alertname: 'HttpErrorRatioHigh', ...critical, ...worker },
        { alertname: 'UploadsLost', ...critical, reason: 'storage' },
        { alertname: 'ModelInputDrift', ...warning, mode: 'light', task: 'regression' },
      ];
      expect(await muted(alerts)).toEqual([ofDead]);
    });

    test('a process that is down is not missed once more as one too few', async () => {
      const lost = { alertname: 'InstanceLost', ...warning, ...worker };
      const other = { alertname: 'InstanceLost', ...warning, job: 'backend' };
      expect(await muted([{ alertname: 'TargetDown', ...critical, ...dead }, lost, other])).toEqual([lost]);
    });

    test('where no backend answers, each of them is not told of as well; a worker is', async () => {
      const consequences = [
        { alertname: 'TargetDown', ...critical, job: 'backend', instance: 'a:8000' },
        { alertname: 'InstanceLost', ...warning, job: 'backend' },
      ];
      const others = [
        { alertname: 'TargetDown', ...critical, ...dead },
        { alertname: 'HttpErrorRatioHigh', ...critical, job: 'backend' },
      ];
      const missing = { alertname: 'BackendMissing', ...critical, job: 'backend' };
      expect(await muted([missing, ...consequences, ...others])).toEqual(consequences);
    });

    test('a process that starts again and again is not missed as well in between, another job’s is', async () => {
      const lost = { alertname: 'InstanceLost', ...warning, ...worker };
      const others = [
        { alertname: 'InstanceLost', ...warning, job: 'backend' },
        { alertname: 'TargetDown', ...critical, ...healthy },
      ];
      const loop = { alertname: 'ProcessCrashLooping', ...critical, ...worker };
      expect(await muted([loop, lost, ...others])).toEqual([lost]);
    });

    test('without a worker nobody is told as well that runs wait', async () => {
      const consequences = [
        { alertname: 'TrainingQueueNotServed', ...critical },
        { alertname: 'TrainingQueueOld', ...warning },
        { alertname: 'TargetDown', ...critical, ...dead },
      ];
      const backend = { alertname: 'TargetDown', ...critical, job: 'backend', instance: 'a:8000' };
      expect(await muted([{ alertname: 'WorkerMissing', ...critical }, ...consequences, backend])).toEqual(
        consequences,
      );
    });

    test('a full disk is told of once, by the worst of what it does', async () => {
      const filling = { alertname: 'StorageFillingUp', ...warning };
      const almost = { alertname: 'StorageAlmostFull', ...critical };
      const lost = { alertname: 'UploadsLost', ...critical, reason: 'storage' };
      expect(await muted([filling, almost])).toEqual([filling]);
      expect(await muted([filling, almost, lost])).toEqual([filling, almost]);
      expect(await muted([almost, { ...lost, reason: 'internal' }])).toEqual([]);
    });

    test('what Tempo or Loki does not take while it is down is not told of as well, what others don’t is', async () => {
      const [traces, logs] = ['traces', 'logs'].map((signal) => ({
        alertname: 'TelemetryLost',
        ...warning,
        signal,
      }));
      const down = (job: string) => ({
        alertname: 'MonitoringTargetDown',
        ...warning,
        job,
        instance: `${job}:1`,
      });
      expect(await muted([down('tempo'), traces!, logs!])).toEqual([traces]);
      expect(await muted([down('loki'), traces!, logs!])).toEqual([logs]);
      expect(await muted([down('grafana'), traces!, logs!])).toEqual([]);
    });

    test('nothing is muted by what another Prometheus tells', () => {
      const { inhibit_rules } = readYaml(CONFIG) as { inhibit_rules: { equal?: string[] }[] };
      expect(inhibit_rules.filter(({ equal }) => !equal?.includes('monitor'))).toEqual([]);
    });

    test('an outage is one page, though it uses up the budget as well; slow answers are another', async () => {
      const budget = { alertname: 'SloBudgetBurnsFast', ...critical, slo: 'availability' };
      const latency = { alertname: 'SloBudgetBurnsFast', ...critical, slo: 'latency' };
      const slowly = { alertname: 'SloBudgetBurnsSlowly', ...warning, slo: 'availability' };
      const alerts = [
        { alertname: 'HttpErrorRatioHigh', ...critical, job: 'backend' },
        budget,
        slowly,
        latency,
      ];
      expect(await muted(alerts)).toEqual([budget, slowly]);
    });
  },
);
