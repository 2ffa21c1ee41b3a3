import type { Attributes, ValuesOf } from '../attributes.ts';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogEventDefinition {
  /** Of its severity. */
  readonly levels: readonly Level[];
  readonly brief: string;
  readonly attributes: Attributes;
}

const FAILED = { err: 'required' } as const satisfies Attributes;
/** Of what may happen thousands of times a second, a line stands for others. */
const THINNED = { repeats: 'recommended' } as const satisfies Attributes;
const RUN = { run: 'required', mode: 'required' } as const satisfies Attributes;

/** Every line of the log by its words, which are the body of its log record. */
export const LOG_EVENTS = {
  listening: {
    levels: ['info'],
    brief: 'The service is up.',
    attributes: { address: 'required', family: 'required', port: 'required', role: 'required' },
  },
  stopping: {
    levels: ['info'],
    brief: 'The process was told to stop.',
    attributes: { signal: 'required' },
  },
  stopped: {
    levels: ['info'],
    brief: 'It has stopped. Written when all else is sent, so that it stands on standard output alone.',
    attributes: {},
  },
  'could not stop in time': {
    levels: ['error'],
    brief: 'It ends although something was still under way.',
    attributes: {},
  },
  'could not start': {
    levels: ['fatal'],
    brief: 'The start failed of something that nobody foresaw.',
    attributes: FAILED,
  },
  request: {
    levels: ['debug', 'info', 'warn'],
    brief: 'A request has been answered: `warn` from status 500 up, `debug` for probes and scrapes.',
    attributes: {
      method: 'required',
      route: 'recommended',
      status: 'required',
      duration_ms: 'required',
      received_bytes: 'required',
      sent_bytes: 'required',
    },
  },
  'request refused': {
    levels: ['info'],
    brief: 'What came was no request to the HTTP parser, or did not become one in time.',
    attributes: { ...THINNED, code: 'required' },
  },
  'request failed': {
    levels: ['error'],
    brief: 'A request was answered with a status from 500 up, for this reason.',
    attributes: { ...FAILED, ...THINNED, method: 'required', route: 'required' },
  },
  'event stream failed': {
    levels: ['error'],
    brief: 'A stream of a run’s events ended because the run could not be read.',
    attributes: { ...FAILED, ...THINNED, run: 'required' },
  },
  'scrape failed': {
    levels: ['error'],
    brief: 'The metrics could not be collected.',
    attributes: { ...FAILED, ...THINNED },
  },
  'scrape incomplete': {
    levels: ['error'],
    brief: 'Some metrics could not be collected, and were left out.',
    attributes: { ...FAILED, ...THINNED },
  },
  'training started': {
    levels: ['info'],
    brief: 'An attempt at a run has begun.',
    attributes: { ...RUN, task: 'required', attempt: 'required' },
  },
  'training succeeded': {
    levels: ['info'],
    brief: 'A run has its model.',
    attributes: { ...RUN, task: 'required' },
  },
  'training failed': {
    levels: ['warn'],
    brief: 'A run has ended without a model.',
    attributes: { ...RUN, error_type: 'required' },
  },
  'training cancelled': {
    levels: ['info'],
    brief: 'A run was ended by whoever asked for that.',
    attributes: RUN,
  },
  'unexpected error in training': {
    levels: ['error'],
    brief: 'An attempt failed of something that nobody foresaw.',
    attributes: { ...FAILED, run: 'required' },
  },
  'model changed': {
    levels: ['info'],
    brief: 'What stands under the name of a model was changed.',
    attributes: {
      model: 'required',
      change: 'required',
      alias: 'recommended',
      from: 'recommended',
      to: 'recommended',
      by: 'required',
    },
  },
  'predictions could not be noted, trying again': {
    levels: ['warn'],
    brief: 'What predictions told waits in memory: the database did not take it.',
    attributes: FAILED,
  },
  'clean-up removed': {
    levels: ['info'],
    brief: 'A clean-up found something to remove.',
    attributes: { datasets: 'required', objects: 'required', runs: 'required' },
  },
  'clean-up could not be queued': {
    levels: ['error'],
    brief: 'The next clean-up will be asked for an interval later.',
    attributes: FAILED,
  },
  'queue error': {
    levels: ['error'],
    brief: 'The queue could not do its work for a moment.',
    attributes: { ...FAILED, ...THINNED },
  },
  'queue warning': {
    levels: ['warn'],
    brief: 'The queue is slow, or has too much waiting.',
    attributes: { cause: 'required' },
  },
  'object lease not renewed': {
    levels: ['warn'],
    brief: 'The lease of an object that is being written could not be renewed.',
    attributes: FAILED,
  },
  'objects left to the clean-up': {
    levels: ['warn'],
    brief: 'Objects that nobody needs could not be removed; their leases will run out.',
    attributes: { ...FAILED, keys: 'required' },
  },
  'object left to the next clean-up': {
    levels: ['warn'],
    brief: 'An object could not be removed; the next clean-up tries again.',
    attributes: { ...FAILED, key: 'required' },
  },
  'database notifications lost, reconnecting': {
    levels: ['warn'],
    brief: 'The connection that listens to the database has ended.',
    attributes: { channel: 'required' },
  },
  'database does not answer yet': {
    levels: ['warn'],
    brief: 'A process that starts waits for the database, half a minute at most.',
    attributes: {},
  },
  'idle database connection lost': {
    levels: ['warn'],
    brief: 'A connection that nobody used has ended.',
    attributes: { cause: 'required' },
  },
  'database server': {
    levels: ['debug', 'warn'],
    brief: 'A line of the embedded database’s own log: `warn` where it says FATAL or PANIC.',
    attributes: { line: 'required' },
  },
  'the embedded database ended by itself, starting it again': {
    levels: ['error'],
    brief: 'The server of the embedded database has ended under a living service.',
    attributes: { exit_code: 'recommended' },
  },
  'the embedded database is back': {
    levels: ['info'],
    brief: 'It runs again.',
    attributes: {},
  },
  'the embedded database did not start, trying again': {
    levels: ['error'],
    brief: 'It could not be started again.',
    attributes: FAILED,
  },
  'making the database, this once': {
    levels: ['info'],
    brief: 'The embedded database is made, at the first start on a folder.',
    attributes: {},
  },
  'joined the embedded database of another process': {
    levels: ['info'],
    brief: 'The database is that of a process that was first.',
    attributes: { owner: 'required' },
  },
} as const satisfies Readonly<Record<string, LogEventDefinition>>;

export type LogEvent = keyof typeof LOG_EVENTS;

type AttributesOf<Event extends LogEvent> = (typeof LOG_EVENTS)[Event]['attributes'];

/** What a line of these words says. */
export type Facts<Event extends LogEvent> = keyof AttributesOf<Event> extends never
  ? Readonly<Record<string, never>>
  : ValuesOf<AttributesOf<Event>>;

/** The events that may be of this level. */
export type EventOf<L extends Level> = {
  [Event in LogEvent]: L extends (typeof LOG_EVENTS)[Event]['levels'][number] ? Event : never;
}[LogEvent];

/** The log, as far as it is declared: a line of other words, another level or other facts does not compile. */
export type Logger = {
  [L in Level]: <Event extends EventOf<L>>(facts: Facts<Event>, event: Event) => void;
} & { isLevelEnabled(level: Level): boolean };
