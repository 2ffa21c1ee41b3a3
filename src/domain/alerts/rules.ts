import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readOnce } from './read-once.ts';

/** The stack's own rules, which Prometheus evaluates. */
const RULES = new URL('../../../infra/monitoring/prometheus/rules/', import.meta.url);
/** What names begin with in the files; where they are used, the settings' own prefix stands instead. */
const PREFIX = /\bmlops_backend_/g;

export const SEVERITIES = ['critical', 'warning'] as const;

/** When an alert fires, and for whom. */
export interface AlertRule {
  readonly name: string;
  readonly severity: (typeof SEVERITIES)[number];
  /** In PromQL. */
  readonly expression: string;
  /** How long that must hold, as Prometheus writes it: `5m`. */
  readonly holds_for: string;
  readonly description: string;
}

const RuleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          record: z.string().optional(),
          expr: z.string(),
          for: z.string().default('0s'),
          labels: z.object({ severity: z.string() }).partial().default({}),
          annotations: z.object({ description: z.string() }).partial().default({}),
        }),
      ),
    }),
  ),
});

export interface Rules {
  readonly alerts: readonly AlertRule[];
  /** The names of metrics that an expression asks for, by way of recorded series as well. */
  metricsOf(expression: string): ReadonlySet<string>;
}

/**
 * By the prefix of the metrics, with its last underscore, of which a process has one: the rules are asked for again and
 * again by whoever watches them.
 */
export const rulesFor = readOnce(readRules);

async function readRules(prefix: string): Promise<Rules> {
  // Needed by nobody until somebody asks.
  const { parse } = await import('yaml');
  const rules = (await readFiles())
    .map((text) => RuleFile.parse(parse(text.replaceAll(PREFIX, prefix))))
    .flatMap(({ groups }) => groups.flatMap((group) => group.rules));
  const recorded = Map.groupBy(rules, ({ record }) => record);
  const alerts = rules.flatMap(({ alert: name, expr, for: holds_for, labels, annotations }): AlertRule[] => {
    // What watches the watchers themselves is for no person.
    const severity = SEVERITIES.find((one) => one === labels.severity);
    if (name === undefined || severity === undefined) return [];
    return [
      { name, severity, expression: expr.trim(), holds_for, description: annotations.description ?? '' },
    ];
  });
  return {
    alerts,
    metricsOf(expression) {
      const found = new Set<string>();
      const look = (text: string) => {
        for (const [name] of text.matchAll(NAME)) {
          if (found.has(name)) continue;
          found.add(name);
          for (const { expr } of recorded.get(name) ?? []) look(expr);
        }
      };
      look(expression);
      return found;
    },
  };
}

/** Of metrics, and of functions and labels as well, which no metric is called like. */
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;

async function readFiles(): Promise<string[]> {
  const files = (await readdir(RULES)).filter((name) => name.endsWith('.yml')).sort();
  return Promise.all(files.map((name) => readFile(new URL(name, RULES), 'utf8')));
}
