import { reachServer } from './adapters/db/server.ts';
import { announce } from './announce.ts';
import { config } from './environment.ts';
import { StartError } from './errors.ts';
import { createLogger } from './telemetry/log/logger.ts';
import { shutdownTelemetry } from './telemetry/running.ts';

const STOP_LIMIT_MS = 9500;

const logger = createLogger(config.logLevel);
const stop = Promise.withResolvers<NodeJS.Signals>();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // The first one asks, the second one insists.
  process.once(signal, () => {
    process.once(signal, () => process.exit(1));
    stop.resolve(signal);
  });
}

try {
  // A new database takes most of a second to make, the program about as long to load.
  const reaching = reachServer(config.database, logger);
  reaching.catch(() => {});
  const { startApp } = await import('./app.ts');
  const app = await startApp(config, logger, reaching);
  logger.info({ ...app.address, role: config.role }, 'listening');
  announce(app.address, config);
  app.standBy();
  const signal = await stop.promise;
  logger.info({ signal }, 'stopping');
  setTimeout(() => {
    logger.error({}, 'could not stop in time');
    process.exit(1);
  }, STOP_LIMIT_MS).unref();
  await app[Symbol.asyncDispose]();
  const isQuiet = await shutdownTelemetry();
  logger.info({}, 'stopped');
  if (!isQuiet) process.exit();
} catch (error) {
  if (error instanceof StartError) process.stderr.write(`start: ${error.message}\n`);
  else logger.fatal({ err: error }, 'could not start');
  process.exitCode = 1;
  if (!(await shutdownTelemetry())) process.exit();
}
