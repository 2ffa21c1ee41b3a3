import { z } from 'zod';
import { unknownVariables } from './unknown-variables.ts';

/**
 * The one schema of the environment: every variable of the service, its default and what is wrong with a bad
 * value. Only `environment.ts` reads the real environment; the rest is handed its part of `Config`.
 */

/** What a process does: `api` answers, `worker` trains and cleans up, `all` does both. */
export const ROLES = ['all', 'api', 'worker'] as const;

const DEFAULT_LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const DEFAULT_HOST = '127.0.0.1';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

const bool = z
  .string()
  .toLowerCase()
  .refine((v) => ['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'].includes(v), 'must be true or false')
  .transform((v) => ['true', '1', 'yes', 'on'].includes(v));

const number = z
  .string()
  .refine((v) => v.trim() !== '' && Number.isFinite(Number(v)), 'must be a number')
  .transform(Number);

const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  number.pipe(
    z
      .number()
      .int('must be a whole number')
      .min(min, `must be at least ${min}`)
      .max(max, `must be at most ${max}`),
  );

const json = <T extends z.ZodType>(inner: T, what: string) =>
  z
    .string()
    .transform((text, ctx): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        ctx.addIssue({ code: 'custom', message: `must be ${what}` });
        return z.NEVER;
      }
    })
    .pipe(inner);

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'must be lower-case letters, digits and underscores');

/** RFC 6750: what may follow `Bearer` in a header. */
const bearerToken = z
  .string()
  .regex(/^[A-Za-z0-9._~+/-]+=*$/, 'must be letters, digits and any of . _ ~ + / -');

const latencyBuckets = json(
  z
    .array(z.number().positive('bounds must be above 0'), 'must be a JSON array of seconds')
    .min(1, 'must hold at least one bound')
    .refine((b) => b.every((v, i) => i === 0 || v > (b[i - 1] ?? 0)), 'must be strictly increasing'),
  'a JSON array of seconds',
);

const variables = z.object({
  ROLE: z.enum(ROLES, 'must be all, api or worker').default('all'),
  HOST: z.string().min(1).default(DEFAULT_HOST),
  PORT: integer(0, 65535).default(8000),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a pino level')
    .default('info'),

  PROMETHEUS__ENABLED: bool.default(true),
  PROMETHEUS__METRICS_PATH: z
    .string()
    .regex(/^\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$/, 'must be an absolute path such as /metrics')
    .default('/metrics'),
  PROMETHEUS__METRIC_NAMESPACE: identifier.default('mlops'),
  PROMETHEUS__METRIC_SUBSYSTEM: identifier.default('backend'),
  PROMETHEUS__LATENCY_BUCKETS: latencyBuckets.default(DEFAULT_LATENCY_BUCKETS).meta({ unit: 'seconds' }),
  PROMETHEUS__INSTRUMENT_INPROGRESS: bool.default(true),
  PROMETHEUS__BEARER_TOKEN: bearerToken.optional(),

  GRAFANA_PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, 'must be an http:// or https:// URL')
    .optional(),
  GRAFANA_TRACES_UID: z.string().default('tempo'),
  GRAFANA_LOGS_UID: z.string().default('loki'),
  ALERTMANAGER_URL: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, 'must be an http:// or https:// URL')
    .optional(),

  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/.+/, 'must be a postgres:// URL')
    .optional(),
  STORAGE_ROOT: z.string().min(1).default('./var'),
  STORAGE_RESERVE_BYTES: integer(0).default(268_435_456).meta({ unit: 'bytes' }),
  STORAGE_BACKEND: z.enum(['local', 's3'], 'must be local or s3').default('local'),
  S3__ENDPOINT: z.string().optional(),
  S3__REGION: z.string().optional(),
  S3__BUCKET: z.string().optional(),
  S3__ACCESS_KEY: z.string().optional(),
  S3__SECRET_KEY: z.string().optional(),
  S3__FORCE_PATH_STYLE: bool.default(true),
  S3__PUBLIC_ENDPOINT: z.string().optional(),
  S3__PRESIGN_EXPIRY: integer(1).default(3600).meta({ unit: 'seconds' }),

  MAX_UPLOAD_BYTES: integer(1).default(10_737_418_240).meta({ unit: 'bytes' }),
  MIN_DATA_ROWS: integer(1).default(2).meta({ unit: 'rows' }),
  MAX_EMPTY_RATIO: number
    .pipe(z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1'))
    .default(0.5)
    .meta({ unit: 'share' }),
  MAX_MODEL_ARTIFACTS: integer(0).default(5).meta({ unit: 'models' }),
  MAX_WAIT_SEC: number
    .pipe(z.number().positive('must be above 0').max(3600, 'must be at most 3600'))
    .default(10)
    .meta({ unit: 'seconds' }),

  DATASET_TTL_DAYS: number.pipe(z.number().min(0, 'must be 0 or more')).default(0).meta({ unit: 'days' }),
  DATASET_TTL_CHECK_INTERVAL_SEC: integer(1).default(3600).meta({ unit: 'seconds' }),
  DATASET_TTL_BATCH_LIMIT: integer(1, 100_000).default(500).meta({ unit: 'datasets' }),

  TRAINING__CONCURRENCY: integer(1, 64).default(1).meta({ unit: 'runs' }),
  // The queue takes a job for lost after a day.
  TRAINING__TIMEOUT_SEC: number
    .pipe(z.number().positive('must be above 0').max(86_000, 'must be at most 86000'))
    .default(3600)
    .meta({ unit: 'seconds' }),
  TRAINING__MAX_RETRIES: integer(0, 100).default(2).meta({ unit: 'attempts' }),
  TRAINING__MEMORY_LIMIT_MB: integer(128).default(4096).meta({ unit: 'MiB' }),
  TRAINING__RUN_RETENTION_DAYS: number
    .pipe(z.number().min(0, 'must be 0 or more'))
    .default(365)
    .meta({ unit: 'days' }),

  FEEDBACK__RETENTION_DAYS: number
    .pipe(z.number().min(0, 'must be 0 or more'))
    .default(90)
    .meta({ unit: 'days' }),
  FEEDBACK__MAX_PREDICTIONS: integer(1, 10_000_000).default(100_000).meta({ unit: 'predictions' }),

  AUTH__MODE: z.enum(['none', 'keys'], 'must be none or keys').optional(),
  AUTH__ADMIN_KEY: bearerToken.min(16, 'must be at least 16 characters').optional(),
  CORS__ALLOW_ORIGINS: json(
    z.array(z.string(), 'must be a JSON array of origins'),
    'a JSON array of origins',
  ).default([]),
});

/** What `.env.example` and the documentation are checked against. */
export const settings: readonly {
  readonly name: string;
  /** As one writes it; undefined: unset. */
  readonly default: string | undefined;
  /** What a number counts. */
  readonly unit: string | undefined;
}[] = Object.entries(variables.shape).map(([name, schema]) => {
  const value: unknown = schema.parse(undefined);
  return {
    name,
    default: typeof value === 'object' ? JSON.stringify(value) : value?.toString(),
    unit: schema.meta()?.['unit'] as string | undefined,
  };
});

export const variableNames: readonly string[] = settings.map(({ name }) => name);

/** Rules between variables, over the raw values: they must speak even where another variable is wrong. */
function crossFaults(env: Readonly<Record<string, string | undefined>>): string[] {
  const faults: string[] = [];
  const host = env['HOST'] ?? DEFAULT_HOST;
  if (env['AUTH__MODE'] === undefined && !LOOPBACK.test(host))
    faults.push(
      `AUTH__MODE: must be set (none or keys) when HOST is not a loopback address (HOST is ${host})`,
    );
  if (env['AUTH__MODE'] === 'keys' && env['AUTH__ADMIN_KEY'] === undefined)
    faults.push(
      'AUTH__ADMIN_KEY: must be set when AUTH__MODE is keys (issued keys are not built yet: it is the only key)',
    );
  if (env['STORAGE_BACKEND'] === 's3') faults.push('STORAGE_BACKEND: s3 is not built yet, use local');
  return faults;
}

export type Config = ReturnType<typeof parseConfig>;

/** Every fault of an environment, a line each. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/**
 * Environment in, nested configuration out.
 * @throws {ConfigError} naming every bad variable at once
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>) {
  // An empty value is what `NAME=` in a .env file or compose file gives: the same as unset.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = variables.safeParse(given);
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])}: ${issue.message}`),
    ...crossFaults(given),
    ...unknownVariables(Object.keys(given), variableNames).map(
      ({ name, nearest }) => `${name}: unknown; did you mean ${nearest}?`,
    ),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const e = parsed.data;
  return {
    role: e.ROLE,
    // As in a URL: the system knows the address without its brackets.
    http: { host: e.HOST.replace(/^\[(.+)\]$/, '$1'), port: e.PORT, corsOrigins: e.CORS__ALLOW_ORIGINS },
    logLevel: e.LOG_LEVEL,
    metrics: {
      enabled: e.PROMETHEUS__ENABLED,
      path: e.PROMETHEUS__METRICS_PATH,
      prefix: `${e.PROMETHEUS__METRIC_NAMESPACE}.${e.PROMETHEUS__METRIC_SUBSYSTEM}`,
      latencyBuckets: e.PROMETHEUS__LATENCY_BUCKETS,
      inProgress: e.PROMETHEUS__INSTRUMENT_INPROGRESS,
      bearerToken: e.PROMETHEUS__BEARER_TOKEN,
    },
    grafana:
      e.GRAFANA_PUBLIC_URL === undefined
        ? undefined
        : {
            url: e.GRAFANA_PUBLIC_URL.replace(/\/+$/, ''),
            tracesUid: e.GRAFANA_TRACES_UID,
            logsUid: e.GRAFANA_LOGS_UID,
          },
    alertmanagerUrl: e.ALERTMANAGER_URL?.replace(/\/+$/, ''),
    database:
      e.DATABASE_URL === undefined
        ? { kind: 'embedded' as const, root: e.STORAGE_ROOT, mayJoin: e.ROLE !== 'all' }
        : { kind: 'server' as const, url: e.DATABASE_URL },
    storage: { root: e.STORAGE_ROOT, reserveBytes: e.STORAGE_RESERVE_BYTES },
    uploads: { maxBytes: e.MAX_UPLOAD_BYTES, minRows: e.MIN_DATA_ROWS, maxEmptyRatio: e.MAX_EMPTY_RATIO },
    models: { keep: e.MAX_MODEL_ARTIFACTS },
    maxWaitSeconds: e.MAX_WAIT_SEC,
    ttl: {
      days: e.DATASET_TTL_DAYS,
      intervalSeconds: e.DATASET_TTL_CHECK_INTERVAL_SEC,
      batchLimit: e.DATASET_TTL_BATCH_LIMIT,
    },
    training: {
      concurrency: e.TRAINING__CONCURRENCY,
      timeoutSeconds: e.TRAINING__TIMEOUT_SEC,
      maxRetries: e.TRAINING__MAX_RETRIES,
      memoryLimitMb: e.TRAINING__MEMORY_LIMIT_MB,
      runRetentionDays: e.TRAINING__RUN_RETENTION_DAYS,
    },
    feedback: { retentionDays: e.FEEDBACK__RETENTION_DAYS, maxPerModel: e.FEEDBACK__MAX_PREDICTIONS },
    auth: { mode: e.AUTH__MODE ?? 'none', adminKey: e.AUTH__ADMIN_KEY },
  } as const;
}
