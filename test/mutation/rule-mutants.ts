import type { Rule } from '../infra/monitoring-files.ts';
import { type Mutant, mutantsOf, scaleDuration } from './mutate.ts';

export interface RuleMutant {
  readonly change: string;
  readonly rule: Rule;
}

/** Every small mistake in a rule: in its expression, its duration, the labels that decide where it goes. */
export function mutantsOfRule(rule: Rule): readonly RuleMutant[] {
  const inExpression = mutantsOf(rule.expr).map(
    ({ change, expr }: Mutant): RuleMutant => ({ change, rule: { ...rule, expr } }),
  );
  return [...inExpression, ...durations(rule), ...severities(rule)];
}

function durations(rule: Rule): RuleMutant[] {
  if (rule.alert === undefined || rule.for === undefined) return [];
  const { for: duration, ...atOnce } = rule;
  return [
    { change: `for: ${duration} → at once`, rule: atOnce },
    { change: `for: ${duration} → twice as long`, rule: { ...rule, for: scaleDuration(duration, 2) } },
  ];
}

function severities(rule: Rule): RuleMutant[] {
  const severity = rule.labels?.['severity'];
  if (rule.alert === undefined || severity === undefined) return [];
  const other = severity === 'critical' ? 'warning' : 'critical';
  return [
    {
      change: `severity: ${severity} → ${other}`,
      rule: { ...rule, labels: { ...rule.labels, severity: other } },
    },
  ];
}
