import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import packageJson from '../package.json' with { type: 'json' };
import type { Database } from './adapters/db/database.ts';
import { firstAnswer } from './adapters/db/first-answer.ts';
import { migrate } from './adapters/db/migrate.ts';
import { openDatabase } from './adapters/db/postgres.ts';
import { type DatabaseServer, reachServer } from './adapters/db/server.ts';
import type { Waiting } from './adapters/process/places.ts';
import type { WarmChildren } from './adapters/process/warm-children.ts';
import { openQueue } from './adapters/queue/queue.ts';
import { objectLeases } from './adapters/storage/leases.ts';
import { openLocalStorage } from './adapters/storage/local.ts';
import type { Config } from './config.ts';
import { createReadFiring } from './domain/alerts/firing.ts';
import { createRemoveDataset } from './domain/dataset/remove.ts';
import { createUploadDataset } from './domain/dataset/upload.ts';
import { createRemoveExpired } from './domain/expiry/remove-expired.ts';
import { createDriftMonitor } from './domain/model/drift-monitor.ts';
import { createDriftInWindow } from './domain/model/live/drift-in-window.ts';
import { createFeedback } from './domain/model/live/feedback.ts';
import { createInputHistory } from './domain/model/live/input-history.ts';
import { createKeptPredictions } from './domain/model/live/kept-predictions.ts';
import { createLiveQuality } from './domain/model/live/live-quality.ts';
import { createRemoveOldNotes } from './domain/model/live/retention.ts';
import { writeRegularly } from './domain/model/live/write-regularly.ts';
import { createPredictor } from './domain/model/predict.ts';
import { createBatchPredictor } from './domain/model/predict-batch.ts';
import { createRegistry } from './domain/model/registry/registry.ts';
import { createRemoveArtifact } from './domain/model/remove.ts';
import { GONE_CHANNEL } from './domain/model/repository.ts';
import { createReadStoredState } from './domain/stored-state.ts';
import { createInspector, type Inspector } from './domain/table/inspect.ts';
import { createCancelTraining } from './domain/training/cancel.ts';
import { createRequestTraining } from './domain/training/request.ts';
import { createRemoveEndedRuns } from './domain/training/retention.ts';
import { createRunTraining } from './domain/training/run.ts';
import { openTrainers } from './domain/training/trainers.ts';
import { openRunWatch } from './domain/training/watch.ts';
import { type Api, createHttpApp, fetchOf } from './http/app.ts';
import { requestLog } from './http/request-log.ts';
import { startServer } from './http/server.ts';
import { keepHistory } from './telemetry/history/keep-history.ts';
import { observeConnections } from './telemetry/instruments/connections.ts';
import { registerDriftGauges } from './telemetry/instruments/drift.ts';
import { createInstruments } from './telemetry/instruments/instruments.ts';
import { registerStorageGauges } from './telemetry/instruments/storage.ts';
import { registerStoredStateGauges } from './telemetry/instruments/stored-state.ts';
import { registerTrainingSlots } from './telemetry/instruments/training.ts';
import type { Logger } from './telemetry/log/events.ts';
import { thinLog } from './telemetry/log/thin-log.ts';
import { prometheusPrefix } from './telemetry/prometheus-names.ts';
import { runningTelemetry } from './telemetry/running.ts';
import type { CrowdedWork } from './vocabulary/overload.ts';
import { startWorker } from './worker/worker.ts';

/** From the start of a stop: what a training may take to finish before the run goes back to the queue. */
const FINISH_TRAINING_MS = 3000;
const STOP_QUEUE_MS = 4000;
const END_OF_TIME = new Date('9999-12-31');

export interface App extends AsyncDisposable {
  /** Where it listens. */
  readonly address: AddressInfo;
  readonly database: Database;
  /** Has processes started for the first work to come: to be asked for when the service is up. */
  standBy(): void;
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
  const stores = await openStores(config, logger, await reaching, stack);
  const jobs = await openJobs(config, logger, stores, stack);
  const closing = new AbortController();
  const handBack = new AbortController();
  const trainers = config.role === 'api' ? undefined : stack.use(openTrainers(config.training.memoryLimitMb));
  if (trainers) await startWorking(config, logger, stores, jobs, trainers, handBack.signal);
  const inspector =
    config.role === 'worker'
      ? undefined
      : stack.use(createInspector(stores.scratch, waitingFor('upload', config, stores)));
  const api = inspector && (await buildApi(config, logger, stores, jobs, inspector, closing.signal, stack));
  const address = await serve(config, logger, stores, api, stack);
  // First of all that happens at a stop: event streams end now, runs in a while.
  stack.defer(() => {
    closing.abort();
    setTimeout(() => handBack.abort(), FINISH_TRAINING_MS).unref();
  });

  const owned = stack.move();
  return {
    address,
    database: stores.db,
    standBy() {
      inspector?.standBy();
      trainers?.standBy();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Stores = Awaited<ReturnType<typeof openStores>>;

/** Where rows and objects are kept, both tidied up after whoever died before. */
async function openStores(
  config: Config,
  logger: Logger,
  server: DatabaseServer,
  stack: AsyncDisposableStack,
) {
  stack.use(server);
  const db = stack.use(openDatabase(server.url, logger));
  observeConnections(() => db.connections());
  await firstAnswer(db, logger);
  await migrate(db.sql);
  const storage = await openLocalStorage(join(config.storage.root, 'objects'), config.storage.reserveBytes);
  registerStorageGauges(() => storage.space(), config.metrics.prefix);
  const instruments = createInstruments(config.metrics.prefix);
  const leases = objectLeases(db.sql, storage, logger, (reason, was) => {
    if (reason === 'ttl') instruments.ttl.file(was);
  });
  const scratch = join(config.storage.root, 'scratch');
  // Without the server that we have just started nobody can have finished anything: what is half-written is left over.
  if (server.owned) await rm(scratch, { recursive: true, force: true });
  await leases.reclaim(server.owned ? END_OF_TIME : new Date());
  registerStoredStateGauges(createReadStoredState(db.prepare, config.ttl), config.metrics.prefix);
  return { db, storage, leases, scratch, instruments };
}

type Jobs = Awaited<ReturnType<typeof openJobs>>;

/** What the API asks for and the worker does. */
async function openJobs(
  config: Config,
  logger: Logger,
  { db, leases, instruments }: Stores,
  stack: AsyncDisposableStack,
) {
  // Closed after the queue: a run that is still in training listens for its cancellation.
  const watch = stack.use(await openRunWatch(db));
  const queue = await openQueue(db, config.role, logger);
  registerTrainingSlots(config.role === 'api' ? 0 : config.training.concurrency, config.metrics.prefix);
  stack.defer(() => queue.stop(STOP_QUEUE_MS));
  const removeExpired = createRemoveExpired({
    db: db.sql,
    leases,
    policy: config.ttl,
    metrics: instruments.ttl,
  });
  return { watch, queue, removeExpired };
}

/** @param handBack aborted when runs must go back to the queue */
async function startWorking(
  config: Config,
  logger: Logger,
  { db, storage, leases, scratch, instruments }: Stores,
  { watch, queue, removeExpired }: Jobs,
  trainers: WarmChildren,
  handBack: AbortSignal,
): Promise<void> {
  await startWorker({
    queue,
    leases,
    removeExpired,
    removeEndedRuns: createRemoveEndedRuns({
      db: db.sql,
      days: config.training.runRetentionDays,
      metrics: instruments.training,
    }),
    removeOldNotes: createRemoveOldNotes(db.sql, { days: config.feedback.retentionDays }),
    runTraining: createRunTraining({
      db: db.sql,
      storage,
      scratch,
      leases,
      watch,
      metrics: instruments.training,
      trainers,
      children: instruments.children,
      limits: config.training,
      keepModels: config.models.keep,
      logger,
    }),
    concurrency: config.training.concurrency,
    cleanUp: config.ttl,
    handBack,
    logger,
  });
}

const waitingFor = (work: CrowdedWork, config: Config, { instruments }: Stores): Waiting => ({
  maxSeconds: config.maxWaitSeconds,
  onRejected: (reason) => instruments.overload.rejected({ work, reason }),
});

/** @param closing aborted when no answer may last any longer */
async function buildApi(
  config: Config,
  logger: Logger,
  stores: Stores,
  { watch, queue, removeExpired }: Jobs,
  inspector: Inspector,
  closing: AbortSignal,
  stack: AsyncDisposableStack,
): Promise<Api> {
  const { db, storage, leases, scratch, instruments } = stores;
  const history = createInputHistory(db.sql);
  const kept = createKeptPredictions(db.sql, config.feedback.maxPerModel);
  for (const { flush } of [history, kept]) stack.use(writeRegularly(flush, logger));
  const drift = createDriftMonitor({ onSeen: history.add });
  registerDriftGauges(drift.inUse, config.metrics.prefix);
  const predictor = createPredictor({ db: db.sql, storage, metrics: instruments.predictions, drift, kept });
  const forgetModel = (artifactId: string) => {
    predictor.forget(artifactId);
    drift.forget(artifactId);
  };
  stack.use(await db.listen(GONE_CHANNEL, forgetModel));
  const batches = stack.use(
    createBatchPredictor({
      db: db.sql,
      storage,
      scratch,
      maxBytes: config.uploads.maxBytes,
      metrics: instruments.predictions,
      children: instruments.children,
      drift,
      kept,
      waiting: waitingFor('table_prediction', config, stores),
    }),
  );
  const telemetry = runningTelemetry();
  return {
    history: telemetry && stack.use(keepHistory(telemetry)),
    readFiring: config.alertmanagerUrl === undefined ? undefined : createReadFiring(config.alertmanagerUrl),
    metricsPrefix: prometheusPrefix(config.metrics.prefix),
    db: db.sql,
    storage,
    watch,
    closing,
    grafana: config.grafana,
    ttl: config.ttl,
    expiryBatchLimit: config.ttl.batchLimit,
    uploadDataset: createUploadDataset({
      db: db.sql,
      storage,
      leases,
      limits: config.uploads,
      inspector,
      metrics: instruments.uploads,
      children: instruments.children,
    }),
    removeDataset: createRemoveDataset({ db: db.sql, leases }),
    removeExpired,
    requestTraining: createRequestTraining({ db: db.sql, queue }),
    cancelTraining: createCancelTraining({ db: db.sql, queue, metrics: instruments.training, logger }),
    removeArtifact: createRemoveArtifact({ db: db.sql, leases, forget: forgetModel }),
    predict: predictor.predict,
    predictBatch: batches.predict,
    feedback: createFeedback({ db: db.sql, kept, metrics: instruments.feedback }),
    liveQuality: createLiveQuality(db.sql, kept),
    driftInWindow: createDriftInWindow({ history, subjectOf: predictor.subjectOf }),
    registry: createRegistry({
      db: db.sql,
      prepare: db.prepare,
      metrics: instruments.models,
      logger,
    }),
  };
}

/** @param api undefined: metrics and health alone */
async function serve(
  config: Config,
  logger: Logger,
  { db, storage, instruments }: Stores,
  api: Api | undefined,
  stack: AsyncDisposableStack,
): Promise<AddressInfo> {
  const log = thinLog(logger);
  const http = createHttpApp({
    metricsPath: config.metrics.path,
    metricsToken: config.metrics.bearerToken,
    corsOrigins: config.http.corsOrigins,
    adminKey: config.auth.mode === 'keys' ? config.auth.adminKey : undefined,
    api,
    health: {
      version: packageJson.version,
      role: config.role,
      checks: { database: () => sql`select 1`.execute(db.sql), storage: () => storage.check() },
    },
    logger,
  });
  const { address } = stack.use(
    await startServer({
      ...config.http,
      fetch: fetchOf(http),
      onRequest: requestLog(logger, config.metrics.path),
      onRefused: (code) => {
        instruments.http.refused({ code });
        log(code, 'info', { code }, 'request refused');
      },
    }),
  );
  return address;
}
