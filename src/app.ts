import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import type { Database } from './adapters/db/database.ts';
import { migrate } from './adapters/db/migrate.ts';
import { openDatabase } from './adapters/db/postgres.ts';
import { type DatabaseServer, reachServer } from './adapters/db/server.ts';
import { openQueue } from './adapters/queue/queue.ts';
import { objectLeases } from './adapters/storage/leases.ts';
import { openLocalStorage } from './adapters/storage/local.ts';
import type { Config } from './config.ts';
import { createRemoveDataset } from './domain/dataset/remove.ts';
import { createUploadDataset } from './domain/dataset/upload.ts';
import { createDriftMonitor } from './domain/model/drift-monitor.ts';
import { createPredictor } from './domain/model/predict.ts';
import { createPredictBatch } from './domain/model/predict-batch.ts';
import { createRemoveArtifact } from './domain/model/remove.ts';
import { GONE_CHANNEL } from './domain/model/repository.ts';
import { createReading } from './domain/reading.ts';
import { createCancelTraining } from './domain/training/cancel.ts';
import { createRequestTraining } from './domain/training/request.ts';
import { createRunTraining } from './domain/training/run.ts';
import { openRunWatch } from './domain/training/watch.ts';
import { createSweepExpired } from './domain/ttl/sweep.ts';
import { StartError } from './errors.ts';
import { createHttpApp } from './http/app.ts';
import { unreadableRequest } from './http/problem.ts';
import { registerDatabaseGauges } from './telemetry/instruments/database.ts';
import { registerDriftGauges } from './telemetry/instruments/drift.ts';
import { createInstruments } from './telemetry/instruments/instruments.ts';
import { startWorker } from './worker/worker.ts';

/** From the start of a stop: what a training may take to finish before the run goes back to the queue. */
const FINISH_TRAINING_MS = 3000;
const STOP_QUEUE_MS = 4000;
const CLOSE_CONNECTIONS_MS = 4000;
const END_OF_TIME = new Date('9999-12-31');

export interface App extends AsyncDisposable {
  /** Where it listens. */
  readonly address: AddressInfo;
  readonly database: Database;
}

type ListenFault = (host: string, port: number, cause: Error) => StartError;

const noAddress: ListenFault = (host, _, cause) =>
  new StartError(`HOST ${host} is no address of this machine`, { cause });

const LISTEN_FAULTS: Readonly<Record<string, ListenFault>> = {
  EADDRINUSE: (host, port, cause) =>
    new StartError(
      `port ${port} of ${host} is in use by another program: end it, or try PORT=${port < 65535 ? port + 1 : 8001}`,
      { cause },
    ),
  EACCES: (_, port, cause) =>
    new StartError(`port ${port} may not be used by this user: try PORT=8000`, { cause }),
  EADDRNOTAVAIL: noAddress,
  ENOTFOUND: noAddress,
  EAI_AGAIN: noAddress,
};

async function listen(server: Server, { host, port }: Config['http']): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise.catch((error: NodeJS.ErrnoException) => {
    throw LISTEN_FAULTS[error.code ?? '']?.(host, port, error) ?? error;
  });
  return server.address() as AddressInfo;
}

/** No new connections; requests under way get a little time to end. */
async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_CONNECTIONS_MS);
  await promise;
  clearTimeout(timer);
}

/**
 * The composition root: everything is built once, in order, and closed in the opposite one.
 * @param reaching the database's server, which may have been on its way before this module was loaded
 */
export async function startApp(
  config: Config,
  logger: Logger,
  reaching: Promise<DatabaseServer> = reachServer(config.database, logger),
): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await reaching);
  const db = stack.use(openDatabase(server.url, logger));
  await migrate(db.sql);
  const storage = await openLocalStorage(join(config.storage.root, 'objects'));
  const leases = objectLeases(db.sql, storage, logger);
  const scratch = join(config.storage.root, 'scratch');
  // Without the server that we have just started nobody can have finished anything: what is half-written is left over.
  if (server.owned) await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await leases.reclaim(server.owned ? END_OF_TIME : new Date());

  const instruments = createInstruments(config.metrics.prefix);
  registerDatabaseGauges(createReading(db.sql, config.ttl), config.metrics.prefix);
  const drift = createDriftMonitor();
  // A worker is called for no model: zeros from it would say otherwise.
  if (config.role !== 'worker') registerDriftGauges(drift.inUse, config.metrics.prefix);

  // Closed after the queue: a run that is still in training listens for its cancellation.
  const watch = stack.use(await openRunWatch(db));
  const queue = await openQueue(db, config.role, logger);
  stack.defer(() => queue.stop(STOP_QUEUE_MS));

  const sweepExpired = createSweepExpired({
    db: db.sql,
    leases,
    policy: config.ttl,
    metrics: instruments.ttl,
  });
  const letGo = new AbortController();
  if (config.role !== 'api') {
    await startWorker({
      queue,
      leases,
      sweepExpired,
      runTraining: createRunTraining({
        db: db.sql,
        storage,
        leases,
        watch,
        metrics: instruments.training,
        limits: config.training,
        keepModels: config.models.keep,
        logger,
      }),
      concurrency: config.training.concurrency,
      cleanUp: config.ttl,
      stopping: letGo.signal,
      logger,
    });
  }

  const predictor = createPredictor({ db: db.sql, storage, metrics: instruments.predictions, drift });
  const forgetModel = (artifactId: string) => {
    predictor.forget(artifactId);
    drift.forget(artifactId);
  };
  if (config.role !== 'worker') stack.use(await db.listen(GONE_CHANNEL, forgetModel));

  const stopping = new AbortController();
  const http = createHttpApp({
    metricsPath: config.metrics.path,
    metricsToken: config.metrics.bearerToken,
    corsOrigins: config.http.corsOrigins,
    adminKey: config.auth.mode === 'keys' ? config.auth.adminKey : undefined,
    api:
      config.role === 'worker'
        ? undefined
        : {
            db: db.sql,
            storage,
            watch,
            stopping: stopping.signal,
            ttl: config.ttl,
            sweepLimit: config.ttl.batchLimit,
            uploadDataset: createUploadDataset({
              db: db.sql,
              storage,
              leases,
              limits: config.uploads,
              scratch,
              metrics: instruments.uploads,
            }),
            removeDataset: createRemoveDataset({ db: db.sql, leases }),
            sweepExpired,
            requestTraining: createRequestTraining({ db: db.sql, queue }),
            cancelTraining: createCancelTraining({ db: db.sql, queue, metrics: instruments.training }),
            removeArtifact: createRemoveArtifact({ db: db.sql, leases, forget: forgetModel }),
            predict: predictor.predict,
            predictBatch: createPredictBatch({
              db: db.sql,
              storage,
              scratch,
              maxBytes: config.uploads.maxBytes,
              metrics: instruments.predictions,
              drift,
            }),
            driftOf: drift.driftOf,
          },
    health: {
      version: packageJson.version,
      role: config.role,
      checks: { database: () => sql`select 1`.execute(db.sql), storage: () => storage.check() },
    },
    logger,
  });
  const httpServer = createServer(
    // An upload may take as long as it needs; one that stalls is given up where it is read.
    { requestTimeout: 0 },
    getRequestListener(http.fetch, { errorHandler: unreadableRequest }),
  );
  const address = await listen(httpServer, config.http);
  stack.defer(() => close(httpServer));
  stack.defer(() => {
    stopping.abort();
    setTimeout(() => letGo.abort(), FINISH_TRAINING_MS).unref();
  });

  const owned = stack.move();
  return { address, database: db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
