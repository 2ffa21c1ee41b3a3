import { type Attributes, EXCEPTION, type ValuesOf } from './attributes.ts';

type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanDefinition {
  readonly kind: Kind;
  readonly brief: string;
  readonly attributes: Attributes;
  /** Of the links to other spans. */
  readonly linkAttributes?: Attributes;
  /** What is told within the span, by name. */
  readonly events?: Readonly<Record<string, Attributes>>;
  /** The library that makes it, where it is none of ours. */
  readonly source?: string;
}

/** What failed has the status ERROR, and this. */
const FAILS = { 'error.type': 'recommended' } as const satisfies Attributes;

const MESSAGE = {
  'messaging.system': 'required',
  'messaging.operation.type': 'required',
  'messaging.operation.name': 'required',
  'messaging.destination.name': 'required',
  'messaging.message.id': 'required',
} as const satisfies Attributes;

const DATABASE = {
  'db.system.name': 'required',
  'db.namespace': 'required',
  'server.address': 'required',
  'server.port': 'recommended',
} as const satisfies Attributes;

/** The library tells of errors so, with the database's own words for them. */
const TELLS_OF_ERRORS = { exception: EXCEPTION } as const;

const stage = <Brief extends string>(brief: Brief) =>
  ({ kind: 'internal', brief, attributes: FAILS }) as const;

/** What child processes tell of their work. */
const STAGES = {
  scan: stage('The inspector’s own scan of a text.'),
  profile: stage('The figures of each column, by DuckDB.'),
  read: stage('The trainer reads its table.'),
  prepare: stage('Rows are held out, columns made ready for the models.'),
  search: stage('Models are tried.'),
  trial: {
    kind: 'internal',
    brief: 'One model is tried, in a search.',
    attributes: { ...FAILS, 'mlops.trial.family': 'required', 'mlops.trial.loss': 'required' },
  },
  fit: stage('The model is fitted to the rows that are not held out.'),
  evaluate: stage('Its quality is measured on those that are.'),
  refit: stage('It is fitted to all rows.'),
  export: stage('It is written as ONNX.'),
  'load model': stage('The scorer reads the model.'),
  score: stage('It predicts a table, while that arrives.'),
} as const satisfies Readonly<Record<string, SpanDefinition>>;

/**
 * Every span of the service by its name, which may have attributes of it in braces. What of them is missing, a request's
 * route where none matches, is missing in the name too.
 */
export const SPANS = {
  '{http.request.method} {http.route}': {
    kind: 'server',
    brief: 'A request to the API; probes and scrapes have none. An unknown method is HTTP here.',
    attributes: {
      ...FAILS,
      'http.request.method': 'required',
      'http.request.method_original': 'recommended',
      'http.route': 'recommended',
      'http.response.status_code': 'recommended',
      'url.scheme': 'required',
      'url.path': 'recommended',
      'server.address': 'recommended',
      'server.port': 'recommended',
      'client.address': 'recommended',
      'network.peer.address': 'recommended',
      'network.peer.port': 'recommended',
      'network.protocol.version': 'recommended',
      'user_agent.original': 'recommended',
      'mlops.dataset.id': 'recommended',
      'mlops.run.id': 'recommended',
      'mlops.artifact.id': 'recommended',
    },
  },
  'send {messaging.destination.name}': {
    kind: 'producer',
    brief: 'A job is put into the queue.',
    attributes: { ...FAILS, ...MESSAGE },
  },
  'process {messaging.destination.name}': {
    kind: 'consumer',
    brief: 'A job of the queue is done: an attempt at a training run, or a clean-up.',
    attributes: {
      ...FAILS,
      ...MESSAGE,
      'mlops.job.handed_back': 'recommended',
      'mlops.run.id': 'recommended',
      'mlops.dataset.id': 'recommended',
      'mlops.training.mode': 'recommended',
      'mlops.training.task': 'recommended',
      'mlops.training.attempt': 'recommended',
      'mlops.training.outcome': 'recommended',
    },
    linkAttributes: { 'mlops.link': 'required' },
  },
  '{mlops.process.name} process': {
    kind: 'internal',
    brief: 'A piece of work that a child process does.',
    attributes: { ...FAILS, 'mlops.process.name': 'required', 'process.pid': 'required' },
  },
  ...STAGES,
  'receive table': {
    kind: 'internal',
    brief: 'The bytes of an upload arrive and are stored.',
    attributes: FAILS,
  },
  'store model': {
    kind: 'internal',
    brief: 'A trained model is stored, and its run ends.',
    attributes: { ...FAILS, 'mlops.artifact.id': 'recommended' },
  },
  'remove expired datasets': {
    kind: 'internal',
    brief: 'Datasets past their TTL are removed, with their files.',
    attributes: {
      ...FAILS,
      'mlops.datasets.removed': 'recommended',
      'mlops.files.removed': 'recommended',
      'mlops.files.missing': 'recommended',
      'mlops.files.failed': 'recommended',
    },
  },
  'tools/call {gen_ai.tool.name}': {
    kind: 'server',
    brief: 'An agent’s call of a tool, by the Model Context Protocol: several may come with one request.',
    attributes: {
      ...FAILS,
      'mcp.method.name': 'required',
      'gen_ai.tool.name': 'required',
      'jsonrpc.request.id': 'required',
      'mlops.dataset.id': 'recommended',
      'mlops.run.id': 'recommended',
    },
  },
  'pg.query:{db.operation.name} {db.namespace}': {
    kind: 'client',
    brief: 'A statement of the database, within a trace.',
    attributes: { ...FAILS, ...DATABASE, 'db.query.text': 'recommended' },
    events: TELLS_OF_ERRORS,
    source: '@opentelemetry/instrumentation-pg',
  },
  'pg-pool.connect': {
    kind: 'client',
    brief: 'A connection is taken from the pool.',
    attributes: { ...FAILS, ...DATABASE, 'db.postgresql.idle.timeout.millis': 'recommended' },
    events: TELLS_OF_ERRORS,
    source: '@opentelemetry/instrumentation-pg',
  },
  'pg.connect': {
    kind: 'client',
    brief: 'A connection to the database is opened anew, within a trace.',
    attributes: { ...FAILS, ...DATABASE },
    events: TELLS_OF_ERRORS,
    source: '@opentelemetry/instrumentation-pg',
  },
  '{http.request.method}': {
    kind: 'client',
    brief: 'A request to another service, within a trace: what fires is asked of Alertmanager.',
    attributes: {
      ...FAILS,
      'http.request.method': 'required',
      'http.request.method_original': 'recommended',
      'http.response.status_code': 'recommended',
      'url.full': 'required',
      'url.path': 'recommended',
      'url.query': 'recommended',
      'url.scheme': 'recommended',
      'server.address': 'required',
      'server.port': 'recommended',
      'network.peer.address': 'recommended',
      'network.peer.port': 'recommended',
      'network.protocol.version': 'recommended',
      'user_agent.original': 'recommended',
    },
    events: TELLS_OF_ERRORS,
    source: '@opentelemetry/instrumentation-undici',
  },
} as const satisfies Readonly<Record<string, SpanDefinition>>;

export type SpanName = keyof typeof SPANS;
export type StageName = keyof typeof STAGES;

/** What a span of this name is given when it begins. */
export type SpanAttributes<Name extends SpanName> = ValuesOf<(typeof SPANS)[Name]['attributes']>;

export type RequestAttributes = SpanAttributes<'{http.request.method} {http.route}'>;

type EverySpanAttributes = { [Name in SpanName]: SpanAttributes<Name> }[SpanName];
type KeyOf<Union> = Union extends unknown ? keyof Union : never;
type ValueIn<Union, Key extends PropertyKey> = Union extends { readonly [K in Key]?: infer Value }
  ? Value
  : never;

/** What any span may be given while it is under way. */
export type AnySpanAttributes = {
  readonly [Key in KeyOf<EverySpanAttributes>]?: ValueIn<EverySpanAttributes, Key> | undefined;
};
