import fastify from 'fastify';
import metrics from 'fastify-metrics';
import { HEALTH, listening } from './serve.mjs';

/** `node fastify.mjs`: nothing but Fastify; `node fastify.mjs metrics`: with its plug-in for Prometheus. */
const app = fastify();
if (process.argv[2] === 'metrics') await app.register(metrics, { endpoint: '/metrics' });
app.get('/api/health', async () => HEALTH);
await app.listen({ host: '127.0.0.1', port: 0 });
listening(app.server.address().port);
