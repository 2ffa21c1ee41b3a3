import { pino } from 'pino';
import type { Logger } from './events.ts';

/** Keys that would hold a secret, wherever they appear. */
const SECRETS = [
  'authorization',
  'password',
  'adminKey',
  'bearerToken',
  'secretKey',
  'databaseUrl',
  'connectionString',
];

/** One JSON line each, pretty in a terminal; trace ids are added by telemetry where there are any. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname,trace_id,span_id,trace_flags' } },
    }),
  });
}
