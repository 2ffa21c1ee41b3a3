import { type Fault, mendedBy } from '../fault.ts';
import { exporter } from '../stand-in.ts';

/** The monitoring itself, which nobody would miss. */
const ALONE = { load: false, workers: 0, env: { ROLE: 'all' } } as const;
const NO_RULE = 'groups: [{ name: broken, rules: [{ record: "a b", expr: up }] }]\n';
const FAILING_RULE =
  'groups: [{ name: failing, rules: [{ record: "test:failing:rule", expr: "up * on (nobody) up{job=~\\".+\\"}" }] }]\n';

export const monitoringFaults: readonly Fault[] = [
  {
    name: 'A bad rule file',
    how: 'a file with a syntax error, and Prometheus told to read its rules again',
    world: ALONE,
    expected: ['ConfigReloadFailed'],
    async make({ monitoring }) {
      await monitoring.changeRules('broken.yml', NO_RULE);
      return mendedBy(() => monitoring.changeRules('broken.yml', undefined));
    },
  },
  {
    name: 'A rule that can’t be evaluated',
    how: 'a rule that matches many series with many',
    world: ALONE,
    expected: ['PrometheusRulesFailing'],
    async make({ monitoring }) {
      await monitoring.changeRules('failing.yml', FAILING_RULE);
      return mendedBy(() => monitoring.changeRules('failing.yml', undefined));
    },
  },
  {
    name: 'Prometheus can’t reach Alertmanager',
    how: 'Alertmanager is killed: nobody can be told, Prometheus shows it',
    world: ALONE,
    known: 'seen',
    expected: ['MonitoringTargetDown', 'AlertsNotDelivered'],
    async make({ monitoring }) {
      await monitoring.alertmanager.kill();
      return mendedBy(() => monitoring.alertmanager.start());
    },
  },
  {
    name: 'A receiver refuses',
    how: 'the heartbeat’s address answers 500',
    world: ALONE,
    expected: ['AlertsNotDelivered'],
    async make({ monitoring: { receiver } }) {
      receiver.refuse('/heartbeat', true);
      return mendedBy(async () => receiver.refuse('/heartbeat', false));
    },
  },
  {
    name: 'The heartbeat is cut',
    how: 'Prometheus is killed',
    world: ALONE,
    known: 'silence',
    expected: ['MonitoringHeartbeat'],
    async make({ monitoring }) {
      await monitoring.prometheus.kill();
      return mendedBy(() => monitoring.prometheus.start());
    },
  },
  {
    name: 'Grafana is down',
    how: 'something that was scraped in its place answers no more',
    standIn: true,
    world: ALONE,
    expected: ['MonitoringTargetDown'],
    async make(world) {
      const grafana = await exporter(world, 'grafana', () => ['grafana_build_info 1']);
      await grafana.stop();
      return grafana;
    },
  },
];
