import { AppError } from '../../errors.ts';
import type { KeptHistory } from '../../telemetry/history/keep-history.ts';
import type { FiringAlert, ReadFiring } from './firing.ts';
import { type AlertRule, rulesFor } from './rules.ts';
import { runbooks } from './runbooks.ts';

export interface AlertDeps {
  /** Undefined where telemetry is off. */
  readonly history: KeptHistory | undefined;
  /** Undefined: no Alertmanager is known. */
  readonly readFiring: ReadFiring | undefined;
  /** Of the domain metrics' names, with its last underscore. */
  readonly metricsPrefix: string;
}

/** Whether it is known what fires. */
export const ALERTMANAGER_STATES = ['answered', 'unreachable', 'unconfigured'] as const;
type Alertmanager = (typeof ALERTMANAGER_STATES)[number];

export interface AlertState extends AlertRule {
  readonly firing: Omit<FiringAlert, 'name'>[];
}

/** Of those that a rule looks at, for people to read. */
const MAX_SERIES = 100;

/** Every alert of the stack's rules, and how often it fires now. */
export async function listAlerts({
  readFiring,
  metricsPrefix,
}: AlertDeps): Promise<{ readonly alertmanager: Alertmanager; readonly items: AlertState[] }> {
  const { alerts } = await rulesFor(metricsPrefix);
  const { alertmanager, firing } = await firingNow(readFiring);
  return { alertmanager, items: alerts.map((rule) => stateOf(rule, firing)) };
}

/**
 * What an alert means, what to do, and what its expression looks at, as this process exports it now.
 * @throws AppError `not_found`
 */
export async function explainAlert({ history, readFiring, metricsPrefix }: AlertDeps, name: string) {
  const { alerts, metricsOf } = await rulesFor(metricsPrefix);
  const rule = alerts.find((alert) => alert.name === name);
  const runbook = (await runbooks()).get(name);
  if (rule === undefined || runbook === undefined) throw new AppError('not_found', 'There is no such alert.');
  const { alertmanager, firing } = await firingNow(readFiring);
  const recorded = await history?.read(metricsOf(rule.expression));
  const metrics = (recorded?.series ?? [])
    .flatMap(({ metric, labels, values }) => {
      const value = values.at(-1);
      return value === undefined || !Number.isFinite(value) ? [] : [{ metric, labels, value }];
    })
    .slice(0, MAX_SERIES);
  return { ...stateOf(rule, firing), alertmanager, runbook, metrics };
}

const stateOf = (rule: AlertRule, firing: readonly FiringAlert[]): AlertState => ({
  ...rule,
  firing: firing.filter(({ name }) => name === rule.name).map(({ name: _, ...alert }) => alert),
});

async function firingNow(
  readFiring: ReadFiring | undefined,
): Promise<{ readonly alertmanager: Alertmanager; readonly firing: readonly FiringAlert[] }> {
  if (readFiring === undefined) return { alertmanager: 'unconfigured', firing: [] };
  try {
    return { alertmanager: 'answered', firing: await readFiring() };
  } catch {
    // That it doesn't answer is the answer; Prometheus has an alert of its own for it.
    return { alertmanager: 'unreachable', firing: [] };
  }
}
