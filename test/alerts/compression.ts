import { stringify } from 'yaml';
import { type Rule, readYaml, ruleFiles } from '../infra/monitoring-files.ts';

/**
 * Time in the matrix runs this many times faster: every duration of the committed configuration is divided by it
 * (scrapes, evaluations, windows, `for`, what Alertmanager waits), and whatever is measured is multiplied by it again.
 * Thresholds stay as they are, those that are themselves durations on this clock excepted. What the service does by
 * itself, a start or the ten seconds after which a worker is taken for lost, is as slow as ever: measured, it looks
 * this many times slower than it is. Where that is the whole point, a fault has a smaller factor, and a process of its own
 * (ALERTS_FACTOR).
 */
export const USUAL_FACTOR = 15;
export const FACTOR = Number(process.env['ALERTS_FACTOR'] ?? USUAL_FACTOR);

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

/** Real milliseconds of so many minutes on the compressed clock. */
export const minutes = (count: number): number => (count * UNITS['m']!) / FACTOR;

/** Minutes on the clock of the rules of so many real milliseconds. */
export const uncompressed = (milliseconds: number): number => (milliseconds * FACTOR) / UNITS['m']!;

/** `5m` → `20000ms`. Nothing is shorter than a millisecond but nothing. */
export function compressed(duration: string): string {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  if (count === undefined || unit === undefined) throw new Error(`no duration: ${duration}`);
  return `${Math.round((Number(count) * UNITS[unit]!) / FACTOR)}ms`;
}

/** Seconds in an expression that are durations on the clock of the rules: how old something may be, how far one looks ahead. */
const SECONDS: Readonly<Record<string, RegExp>> = {
  TrainingQueueOld: /(?<=> )3600/,
  DatasetTtlStale: /(?<=> )7200/,
  StorageFillingUp: /(?<=, )86400/,
  'instance:process_starts:count15m': /(?<=time\(\) - )900/,
};

export function compressedExpr({ alert, record, expr }: Pick<Rule, 'alert' | 'record' | 'expr'>): string {
  const ranges = expr.replaceAll(/\[(\w+)\]/g, (_, duration: string) => `[${compressed(duration)}]`);
  const seconds = SECONDS[alert ?? record ?? ''];
  if (seconds === undefined) return ranges;
  if (!seconds.test(ranges)) throw new Error(`${alert ?? record} has other durations than ${seconds}`);
  return ranges.replace(seconds, (found) => String(Number(found) / FACTOR));
}

interface RuleFile {
  readonly groups: readonly { readonly interval?: string; readonly rules: readonly Rule[] }[];
}

/** The committed rules by file. */
export function compressedRules(): ReadonlyMap<string, string> {
  return new Map(
    ruleFiles.map((file) => {
      const { groups } = readYaml(`infra/monitoring/prometheus/rules/${file}`) as RuleFile;
      const faster = groups.map((group) => ({
        ...group,
        ...(group.interval && { interval: compressed(group.interval) }),
        rules: group.rules.map((rule) => ({
          ...rule,
          expr: compressedExpr(rule),
          ...(rule.for && { for: compressed(rule.for) }),
        })),
      }));
      return [file, stringify({ groups: faster })];
    }),
  );
}

interface PrometheusConfig {
  readonly global: { readonly scrape_interval: string } & Readonly<Record<string, unknown>>;
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly dns_sd_configs?: readonly { readonly refresh_interval: string }[];
  }[];
}

/**
 * The committed configuration with other addresses. Jobs whose targets are found by DNS ask `discovery` instead, which
 * has the same meaning: a target that is not named any more is gone, and its series end.
 */
export function compressedPrometheus(addresses: {
  readonly alertmanager: string;
  readonly prometheus: string;
  readonly discovery: (job: string) => string;
}): string {
  const config = readYaml('infra/monitoring/prometheus/prometheus.yml') as PrometheusConfig;
  const own: Readonly<Record<string, string>> = {
    prometheus: addresses.prometheus,
    alertmanager: addresses.alertmanager,
  };
  const global = Object.fromEntries(
    Object.entries(config.global).map(([name, value]) => [
      name,
      typeof value === 'string' ? compressed(value) : value,
    ]),
  );
  return stringify({
    ...config,
    // A scrape takes the time it takes; no time-out may be longer than the interval.
    global: { ...global, scrape_timeout: global['scrape_interval'] },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [addresses.alertmanager] }] }] },
    scrape_configs: config.scrape_configs.map(({ dns_sd_configs, ...job }) => {
      const fixed = own[job.job_name];
      if (fixed !== undefined) return { ...job, static_configs: [{ targets: [fixed] }] };
      const { static_configs: _, ...rest } = job as typeof job & { static_configs?: unknown };
      const interval = dns_sd_configs?.[0]?.refresh_interval ?? config.global.scrape_interval;
      const discovery = { url: addresses.discovery(job.job_name), refresh_interval: compressed(interval) };
      return { ...rest, http_sd_configs: [discovery] };
    }),
  });
}

/** A rendered configuration of Alertmanager. */
export const compressedAlertmanager = (config: string): string =>
  config.replaceAll(
    /(group_wait|group_interval|repeat_interval|resolve_timeout): (\w+)/g,
    (_, name: string, duration: string) => `${name}: ${compressed(duration)}`,
  );

/** Flags of Prometheus whose defaults are durations on its clock. */
export const COMPRESSED_FLAGS = [
  `--query.lookback-delta=${compressed('5m')}`,
  `--rules.alert.resend-delay=${compressed('1m')}`,
];

/** Settings of the service that are durations of the same scale. */
export const COMPRESSED_SETTINGS = {
  DATASET_TTL_CHECK_INTERVAL_SEC: String(3600 / FACTOR),
  TRAINING__TIMEOUT_SEC: String(3600 / FACTOR),
};
