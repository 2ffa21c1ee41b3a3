import { serve } from '@hono/node-server';
import { prometheus } from '@hono/prometheus';
import { Registry } from '@platformatic/prom-client';
import { Hono } from 'hono';
import { HEALTH, listening } from './serve.mjs';

/** `node hono.mjs`: nothing but Hono; `node hono.mjs metrics`: with its middleware for Prometheus. */
const app = new Hono();
if (process.argv[2] === 'metrics') {
  const { printMetrics, registerMetrics } = prometheus({ registry: new Registry() });
  app.use('*', registerMetrics);
  app.get('/metrics', printMetrics);
}
app.get('/api/health', (c) => c.json(HEALTH));
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => listening(port));
