import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../../errors.ts';
import type { Logger } from '../../../telemetry/log/events.ts';
import { logAt } from '../../../telemetry/log/log-at.ts';
import type { Binaries } from './binaries.ts';
import { type Guarded, runGuarded } from './guarded.ts';
import type { Identity } from './identity.ts';
import { formerPostmaster, lastPostmaster } from './postmaster.ts';
import { settingArguments } from './settings.ts';

const READY_LIMIT_MS = 60_000;
const LOOK_MS = 5;
const LEFTOVERS_LIMIT_MS = 5000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

interface ServerOptions {
  readonly data: string;
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly settings: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

const failure = ({ lastWords }: Guarded) =>
  new StartError(`the embedded database did not start: ${lastWords.join(' ') || 'it said nothing'}`);

/** Starts the server and waits until it takes queries; a crash before is made good by then. */
async function start(options: ServerOptions, stopping: AbortSignal): Promise<Guarded> {
  const { data, binaries, identity, settings, logger } = options;
  const former = await formerPostmaster(data);
  const server = runGuarded([binaries.postgres, '-D', data, ...settingArguments(settings)], {
    identity,
    pgCtl: binaries.pgCtl,
    // The server minds no process of this number: it is not the former server any more, as the file says.
    env: former === undefined ? {} : { PG_GRANDPARENT_PID: former.pid },
    // Asked to stop, it calls every connection it ends fatal.
    onLine: (line) =>
      logAt(
        logger,
        /^(FATAL|PANIC)/.test(line) && !stopping.aborted ? 'warn' : 'debug',
        { line },
        'database server',
      ),
  });
  const isReady = () => {
    const last = lastPostmaster(data);
    return last?.ready === true && last.text !== former?.text;
  };
  let over = false;
  void server.ended.then(() => {
    over = true;
  });
  for (const until = Date.now() + READY_LIMIT_MS; !isReady(); await delay(LOOK_MS)) {
    if (over) throw failure(server);
    if (Date.now() < until) continue;
    await server[Symbol.asyncDispose]();
    throw failure(server);
  }
  return server;
}

/** The processes of a server that was killed alone take a moment to notice; it must not be started beside them. */
async function startFirst(options: ServerOptions, stopping: AbortSignal): Promise<Guarded> {
  for (const until = Date.now() + LEFTOVERS_LIMIT_MS; ; await delay(FIRST_PAUSE_MS)) {
    try {
      return await start(options, stopping);
    } catch (error) {
      if (!/shared memory block/.test((error as Error).message) || Date.now() > until) throw error;
    }
  }
}

/**
 * Runs the server until it is disposed; one that dies is started again.
 * @throws when it can't be started the first time
 */
export async function runServer(options: ServerOptions): Promise<AsyncDisposable> {
  const { logger } = options;
  const stop = new AbortController();
  let server: Guarded | undefined = await startFirst(options, stop.signal);

  const keepUp = (async () => {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      if (server !== undefined) {
        const code = await server.ended;
        if (stop.signal.aborted) return;
        logger.error(
          { exit_code: code ?? undefined },
          'the embedded database ended by itself, starting it again',
        );
      }
      await delay(pause, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return;
      try {
        server = await start(options, stop.signal);
        pause = FIRST_PAUSE_MS;
        logger.info({}, 'the embedded database is back');
      } catch (error) {
        server = undefined;
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
        logger.error({ err: error }, 'the embedded database did not start, trying again');
      }
    }
  })();

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server?.[Symbol.asyncDispose]();
      await keepUp;
      await server?.[Symbol.asyncDispose]();
    },
  };
}
