import type { z } from '@hono/zod-openapi';
import type { Health, Readiness } from '../schemas.ts';

export const health: z.infer<typeof Health> = { status: 'ok', version: '0.1.0', role: 'all' };

export const ready: z.infer<typeof Readiness> = {
  status: 'ready',
  checks: [
    { name: 'database', status: 'up' },
    { name: 'storage', status: 'up' },
  ],
};
export const notReady: z.infer<typeof Readiness> = {
  status: 'not_ready',
  checks: [
    { name: 'database', status: 'down' },
    { name: 'storage', status: 'up' },
  ],
};
