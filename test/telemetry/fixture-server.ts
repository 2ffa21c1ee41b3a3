import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { metrics, trace } from '@opentelemetry/api';
import { Hono } from 'hono';
import pg from 'pg';
import { pino } from 'pino';
import { config } from '../../src/environment.ts';
import { startServer } from '../../src/http/server.ts';
import { observed } from '../../src/telemetry/http-server/route.ts';
import { observeConnections } from '../../src/telemetry/instruments/connections.ts';
import { registerDriftGauges } from '../../src/telemetry/instruments/drift.ts';
import { createInstruments } from '../../src/telemetry/instruments/instruments.ts';
import { registerStorageGauges } from '../../src/telemetry/instruments/storage.ts';
import { registerStoredStateGauges } from '../../src/telemetry/instruments/stored-state.ts';
import { registerTrainingSlots } from '../../src/telemetry/instruments/training.ts';
import { metricsHandler } from '../../src/telemetry/metrics-endpoint.ts';
import { runningTelemetry, shutdownTelemetry } from '../../src/telemetry/running.ts';
import type { FixtureCommand, FixtureEvent } from './fixture-client.ts';

/** A small application with every kind of route, driven by messages from the test that forked it. */
const tell = (event: FixtureEvent) => process.send?.(event);

const logLines: string[] = [];
const logger = pino(
  {},
  new Writable({
    write(line, _encoding, done) {
      logLines.push(String(line));
      done();
    },
  }),
);

const instruments = createInstruments(config.metrics.prefix);
let release = Promise.withResolvers<void>();

const mounted = new Hono();
mounted.get('/things/:thing', (c) => c.text('a thing'));
mounted.get('/throws', () => {
  throw new Error('mounted route failed');
});

const app = new Hono();
app.onError((_error, c) => c.text('broken', 500));
app.use('/private/*', (c) => Promise.resolve(c.text('no key', 401)));
app.get('/plain', (c) => c.text('plain'));
app.get('/items/:id', (c) => c.text('an item'));
app.get('/private/:id', (c) => c.text('never reached'));
app.get('/missing/:id', (c) => c.notFound());
app.get('/throws/:id', () => {
  throw new Error('route failed');
});
app.get('/unavailable', (c) => c.text('later', 503));
app.post('/echo/:bytes', async (c) => {
  await c.req.arrayBuffer();
  return c.body(new Uint8Array(Number(c.req.param('bytes'))));
});
app.get('/stream/:chunks', (c) => {
  let left = Number(c.req.param('chunks'));
  const body = new ReadableStream({
    pull: async (controller) => {
      await setImmediate();
      if (left-- > 0) controller.enqueue(new TextEncoder().encode('é'.repeat(500)));
      else controller.close();
    },
  });
  return c.body(body);
});
app.get('/held/:id', async (c) => {
  c.req.raw.signal.addEventListener('abort', () => tell({ event: 'hung up' }));
  tell({ event: 'held' });
  await release.promise;
  return c.text('released');
});
app.get('/trace', (c) => {
  logger.info('a line');
  return c.json({
    span: trace.getActiveSpan()?.spanContext() ?? null,
    log: JSON.parse(logLines.at(-1) ?? '{}'),
  });
});
app.route('/mounted', mounted);

const scrape = metricsHandler({
  onError: (error) => {
    tell({ event: 'scrape failed', reason: String(error) });
    return new Response('refused', { status: 503 });
  },
  onIncomplete: (failure) => tell({ event: 'scrape incomplete', reason: String(failure) }),
});
if (scrape) app.get(config.metrics.path, scrape);

/** Uses every instrument once, so that every family of the catalogue has a series. */
async function useEverything(databaseUrl: string): Promise<void> {
  const { uploads, training, ttl, predictions, http, children } = instruments;
  uploads.succeeded({ mode: 'light', bytes: 2048, seconds: 0.2 });
  training.started({ mode: 'light', task: 'regression', waitSeconds: 0.1 });
  training.succeeded({ mode: 'light', task: 'regression', seconds: 3 });
  ttl.cycle({ result: 'empty', seconds: 0.01 });
  predictions.made({ task: 'classification', rows: 10, seconds: 0.002 });
  http.refused({ code: 'request_timeout' });
  children('trainer', 'light').cpu(2);
  registerTrainingSlots(1, config.metrics.prefix);
  registerStoredStateGauges(
    () =>
      Promise.resolve({
        datasets: 1,
        storedBytes: 2048,
        expiredDatasets: 0,
        queue: { queued: 0, running: 0, retrying: 0 },
        oldestQueuedAgeSeconds: 0,
        lastTrainingSuccess: { light: 1_790_000_000, heavy: 0 },
        lastTtlSuccess: 0,
      }),
    config.metrics.prefix,
  );
  registerStorageGauges(
    () => Promise.resolve({ availableBytes: 1e9, sizeBytes: 2e9 }),
    config.metrics.prefix,
  );
  registerDriftGauges(
    () => [{ mode: 'light', task: 'regression', level: 'stable', psi: 0.02 }],
    config.metrics.prefix,
  );
  const connections = { used: 0, idle: 1, waiting: 0, limit: 10 };
  observeConnections(() => ({ work: connections, queue: connections, gauges: connections }));
  const pool = new pg.Pool({ connectionString: databaseUrl });
  await pool.query('SELECT\n  1');
  await pool.end();
}

const commands = {
  release: () => {
    release.resolve();
    release = Promise.withResolvers();
  },
  'use everything': ({ databaseUrl = '' }) => useEverything(databaseUrl),
  'fetch from itself': () => fetch(`http://127.0.0.1:${port}/unavailable/not`).then((r) => r.text()),
  'break a callback': () => {
    metrics
      .getMeter('broken')
      .createObservableGauge('broken')
      .addCallback(() => Promise.reject(new Error('the callback failed')));
  },
  'hang a callback': () => {
    metrics
      .getMeter('broken')
      .createObservableGauge('hanging')
      .addCallback(() => new Promise(() => {}));
  },
  'collect garbage': () => globalThis.gc?.(),
  'shut down telemetry': () => shutdownTelemetry(),
  describe: () =>
    tell({
      event: 'described',
      telemetry: runningTelemetry() !== undefined,
      imported: [...(globalThis.importedModules ?? [])],
      connections: globalThis.outgoingConnections ?? 0,
    }),
  'describe a worker thread': async () => {
    const [imported] = await once(new Worker(new URL('imports-worker.ts', import.meta.url)), 'message');
    tell({ event: 'described', telemetry: false, imported, connections: 0 });
  },
} satisfies Record<FixtureCommand['command'], (command: FixtureCommand) => unknown>;

const {
  address: { port },
} = await startServer({ host: '127.0.0.1', port: 0, fetch: observed(app, app.fetch) });
process.on('message', (command: FixtureCommand) => {
  void Promise.resolve(commands[command.command](command)).then(() =>
    tell({ event: 'done', id: command.id }),
  );
});

tell({ event: 'listening', port });
