import { ROLES } from '../config.ts';
import { MODES, TASKS } from '../vocabulary/modes.ts';
import type { CATALOGUE } from './catalogue.ts';

type Catalogue = typeof CATALOGUE;
type MetricLabels = Catalogue[keyof Catalogue]['labels'];
type MetricAttribute = MetricLabels extends infer Labels
  ? Labels extends unknown
    ? keyof Labels
    : never
  : never;

/** What an attribute may hold, by the words that OpenTelemetry Weaver has for it. */
interface Types {
  readonly string: string;
  readonly int: number;
  readonly double: number;
  readonly boolean: boolean;
  readonly 'string[]': readonly string[];
  /** What JSON can say; an error is one with its type, message and stack. */
  readonly any: unknown;
}

export interface AttributeText {
  readonly brief: string;
  /** Where it is none of a closed set of words. */
  readonly type?: keyof Types;
  /** The closed set, where it is not that of the metrics. */
  readonly values?: readonly string[];
  readonly examples?: readonly (string | number | readonly string[])[];
}

/**
 * What each attribute of a metric, a span, a log event or the resource says; its values, where they are a closed set of
 * the metrics', are the catalogue's. Where a convention of OpenTelemetry has the attribute, it means the same there.
 */
export const ATTRIBUTES = {
  mode: { brief: 'How much is tried to find a good model.' },
  reason: {
    brief: 'What went wrong: with an upload, with the attempt before, or why a request was turned away.',
  },
  outcome: { brief: 'What became of a training run.' },
  task: { brief: 'What is to be predicted: a class, or a number.' },
  error_type: { brief: 'Why a training run failed.' },
  state: { brief: 'What a run that has not ended is waiting for.' },
  result: { brief: 'How a cycle of the clean-up ended.' },
  receipt: { brief: 'What became of an outcome that was sent back.' },
  change: { brief: 'What was done to a name of a model.' },
  drift: { brief: 'How far a model’s inputs have moved away from its training data.' },
  kind: { brief: 'What a child process does.' },
  work: { brief: 'What a request wanted to have done.' },
  code: { brief: 'What the HTTP parser refused.' },
  'mlops.role': { brief: 'The part that a process plays within the service.' },

  'http.request.method': {
    brief: 'Method of the request; `_OTHER` outside the standard.',
    type: 'string',
    examples: ['GET', 'POST', '_OTHER'],
  },
  'http.route': {
    brief: 'Template of the route; absent where none matches.',
    type: 'string',
    examples: ['/api/ml/v1/datasets/:id'],
  },
  'http.response.status_code': {
    brief: 'Status of the answer; 499 where the client hung up before it.',
    type: 'int',
    examples: [200, 404, 499],
  },
  'error.type': {
    brief: 'The status from 500 up, or the kind of error; absent where there was none.',
    type: 'string',
    examples: ['503', 'timeout'],
  },
  'server.address': {
    brief: 'Host that a request of this process went to.',
    type: 'string',
    examples: ['collector.example.org'],
  },
  'db.operation.name': {
    brief: 'First word of the statement.',
    type: 'string',
    examples: ['SELECT', 'INSERT'],
  },
  'db.client.connection.pool.name': { brief: 'Whose connections to the database they are.' },
  'db.client.connection.state': { brief: 'What a connection to the database is doing.' },
  'nodejs.eventloop.state': { brief: 'What the event loop is doing.' },
  'v8js.gc.type': { brief: 'Kind of garbage collection.' },
  'v8js.heap.space.name': {
    brief: 'Space of the heap.',
    type: 'string',
    examples: ['new_space', 'old_space'],
  },
  'v8js.resource.type': {
    brief: 'What keeps the event loop alive.',
    type: 'string',
    examples: ['TCPServerWrap', 'Timeout'],
  },
  'cpu.mode': { brief: 'On whose behalf CPU time was spent.' },

  'service.name': { brief: 'Name of the service.', type: 'string', examples: ['mlops-backend'] },
  'service.version': { brief: 'Its version.', type: 'string', examples: ['0.1.0'] },
  'service.instance.id': {
    brief: 'One process of it, from its start to its end.',
    type: 'string',
    examples: ['67bff107-89fe-409d-9f14-e11d40e07d35'],
  },
  'deployment.environment.name': {
    brief: 'Where it runs, as `OTEL_RESOURCE_ATTRIBUTES` says.',
    type: 'string',
    examples: ['production'],
  },
  'telemetry.sdk.name': { brief: 'What makes the telemetry.', type: 'string', examples: ['opentelemetry'] },
  'telemetry.sdk.language': { brief: 'Its language.', type: 'string', examples: ['nodejs'] },
  'telemetry.sdk.version': { brief: 'Its version number.', type: 'string', examples: ['3.0.0'] },

  'server.port': { brief: 'Its port.', type: 'int', examples: [8000, 5432] },
  'url.full': {
    brief: 'Address that a request of this process went to.',
    type: 'string',
    examples: ['http://alertmanager:9093/api/v2/alerts?active=true'],
  },
  'url.query': { brief: 'Query of that address.', type: 'string', examples: ['?active=true'] },
  'url.path': { brief: 'Path of the address.', type: 'string', examples: ['/api/ml/v1/datasets'] },
  'url.scheme': { brief: 'Scheme of the address.', type: 'string', examples: ['http'] },
  'client.address': {
    brief: 'Whoever sent the request, as a proxy says.',
    type: 'string',
    examples: ['203.0.113.7'],
  },
  'network.peer.address': {
    brief: 'The other end of the connection.',
    type: 'string',
    examples: ['127.0.0.1'],
  },
  'network.peer.port': { brief: 'Port of the other end of the connection.', type: 'int', examples: [49152] },
  'network.protocol.version': { brief: 'Version of HTTP.', type: 'string', examples: ['1.1'] },
  'user_agent.original': { brief: 'As the client names itself.', type: 'string', examples: ['curl/8.14.1'] },
  'http.request.method_original': {
    brief: 'The method as sent, where it is none of the standard’s.',
    type: 'string',
    examples: ['PURGE'],
  },
  'db.system.name': { brief: 'Kind of database.', type: 'string', examples: ['postgresql'] },
  'db.namespace': { brief: 'Name of the database.', type: 'string', examples: ['mlops'] },
  'db.query.text': {
    brief: 'The statement, with placeholders for its values.',
    type: 'string',
    examples: ['select * from "artifacts" where "id" = $1'],
  },
  'db.postgresql.idle.timeout.millis': {
    brief: 'How long the pool keeps a connection that nobody uses.',
    type: 'int',
    examples: [10_000],
  },
  'exception.type': { brief: 'Kind of the error.', type: 'string', examples: ['DatabaseError'] },
  'exception.message': { brief: 'Its message.', type: 'string', examples: ['deadlock detected'] },
  'exception.stacktrace': {
    brief: 'Where it was thrown.',
    type: 'string',
    examples: ['Error: deadlock detected\n    at …'],
  },
  'messaging.system': { brief: 'What the queue is made of.', type: 'string', examples: ['pg-boss'] },
  'messaging.operation.type': { brief: 'What is done with the message.', values: ['send', 'process'] },
  'messaging.operation.name': { brief: 'The queue’s own word for it.', values: ['send', 'process'] },
  'messaging.destination.name': {
    brief: 'The queue.',
    type: 'string',
    examples: ['training', 'dataset-clean-up'],
  },
  'messaging.message.id': {
    brief: 'The message; of a training, its run.',
    type: 'string',
    examples: ['01a215e4-a345-7567-ac78-cd30f299471d'],
  },
  'mcp.method.name': { brief: 'What an agent asks for.', values: ['tools/call'] },
  'gen_ai.tool.name': { brief: 'The tool.', type: 'string', examples: ['train', 'watch_run'] },
  'jsonrpc.request.id': { brief: 'By which the agent knows the answer.', type: 'string', examples: ['7'] },
  'process.pid': { brief: 'Number of the child process.', type: 'int', examples: [10_569] },
  'mlops.process.name': {
    brief: 'The program that a child process runs.',
    type: 'string',
    examples: ['trainer', 'inspect', 'batch'],
  },
  'mlops.run.id': {
    brief: 'The training run.',
    type: 'string',
    examples: ['01a215e4-a345-7567-ac78-cd30f299471d'],
  },
  'mlops.dataset.id': {
    brief: 'The dataset.',
    type: 'string',
    examples: ['01a215e4-95be-7621-862a-784175dfb39f'],
  },
  'mlops.artifact.id': {
    brief: 'The model’s artifact.',
    type: 'string',
    examples: ['01a215e4-b90e-763c-a861-bc6598f107ab'],
  },
  'mlops.training.mode': { brief: 'How much the run tries.', values: MODES },
  'mlops.training.task': { brief: 'What the run’s model shall predict.', values: TASKS },
  'mlops.training.attempt': { brief: 'Which attempt of the run, from 1.', type: 'int', examples: [1, 2] },
  'mlops.training.outcome': {
    brief: 'How the attempt ended, where it did not fail.',
    values: ['success', 'cancelled'],
  },
  'mlops.job.handed_back': {
    brief: 'The job went back to the queue as if it had not begun.',
    type: 'boolean',
  },
  'mlops.link': { brief: 'What a link leads to.', values: ['attempt_before'] },
  'mlops.trial.family': { brief: 'Kind of model that was tried.', type: 'string', examples: ['boosting'] },
  'mlops.trial.loss': { brief: 'Its loss on the search’s own test rows.', type: 'double', examples: [0.31] },
  'mlops.datasets.removed': { brief: 'Expired datasets removed.', type: 'int', examples: [3] },
  'mlops.files.removed': { brief: 'Files of theirs removed.', type: 'int', examples: [3] },
  'mlops.files.missing': { brief: 'Files of theirs that were already gone.', type: 'int', examples: [0] },
  'mlops.files.failed': { brief: 'Files of theirs that could not be removed.', type: 'int', examples: [0] },

  address: { brief: 'Where the service listens.', type: 'string', examples: ['127.0.0.1'] },
  family: { brief: 'Version of its internet protocol.', type: 'string', examples: ['IPv4'] },
  port: { brief: 'The port it listens on.', type: 'int', examples: [8000] },
  role: { brief: 'The part that the process plays.', values: ROLES },
  signal: { brief: 'What told the process to stop.', type: 'string', examples: ['SIGTERM'] },
  method: { brief: 'Method of the request, as sent.', type: 'string', examples: ['GET'] },
  route: { brief: 'Template of the route.', type: 'string', examples: ['/api/ml/v1/datasets/:id'] },
  status: {
    brief: 'As the client saw the request end; 499 where it hung up before.',
    type: 'int',
    examples: [200],
  },
  duration_ms: {
    brief: 'Milliseconds from the request’s first byte to the answer’s last.',
    type: 'double',
    examples: [1.785],
  },
  received_bytes: { brief: 'Bytes of the request’s body.', type: 'int', examples: [9093] },
  sent_bytes: { brief: 'Bytes of the answer’s body.', type: 'int', examples: [165] },
  repeats: { brief: 'Lines of the same kind that this one stands for.', type: 'int', examples: [5526] },
  err: { brief: 'The error, as a line has it: its type, its message, its stack.', type: 'any' },
  cause: {
    brief: 'In words, what happened.',
    type: 'string',
    examples: ['terminating connection due to administrator command'],
  },
  run: { brief: 'A training run’s id.', type: 'string', examples: ['01a215e4-a345-7567-ac78-cd30f299471d'] },
  attempt: { brief: 'Which attempt of a run, from 1.', type: 'int', examples: [1, 2] },
  model: { brief: 'Name that a model is kept under.', type: 'string', examples: ['churn'] },
  alias: { brief: 'Alias of the name.', type: 'string', examples: ['production'] },
  from: { brief: 'Version that stood there before.', type: 'int', examples: [1] },
  to: { brief: 'Version that stands there now.', type: 'int', examples: [2] },
  by: { brief: 'Who changed it.', type: 'string', examples: ['local'] },
  datasets: { brief: 'Expired datasets that a clean-up removed.', type: 'int', examples: [3] },
  objects: { brief: 'Stored objects removed.', type: 'int', examples: [3] },
  runs: { brief: 'Ended training runs removed.', type: 'int', examples: [500] },
  key: {
    brief: 'A stored object.',
    type: 'string',
    examples: ['datasets/01a215e4-95be-7621-862a-784175dfb39f'],
  },
  keys: {
    brief: 'Stored objects.',
    type: 'string[]',
    examples: [['datasets/01a215e4-95be-7621-862a-784175dfb39f']],
  },
  channel: { brief: 'Channel of the database’s notifications.', type: 'string', examples: ['training_runs'] },
  line: {
    brief: 'What the server wrote.',
    type: 'string',
    examples: ['FATAL: the database system is shutting down'],
  },
  exit_code: {
    brief: 'What the process ended with; none where a signal ended it.',
    type: 'int',
    examples: [1],
  },
  owner: {
    brief: 'Number of the process that owns the embedded database.',
    type: 'string',
    examples: ['4711'],
  },
} as const satisfies Record<MetricAttribute, AttributeText> & Record<string, AttributeText>;

export type AttributeName = keyof typeof ATTRIBUTES;

/** The words that any metric has for an attribute. */
type MetricWord<Name> = MetricLabels extends infer Labels
  ? Labels extends { readonly [Key in Name & string]: readonly (infer Word)[] }
    ? Word
    : never
  : never;

/** What an attribute may hold. */
export type AttributeValue<Name extends AttributeName> = (typeof ATTRIBUTES)[Name] extends {
  readonly type: infer Type extends keyof Types;
}
  ? Types[Type]
  : (typeof ATTRIBUTES)[Name] extends { readonly values: readonly (infer Word)[] }
    ? Word
    : MetricWord<Name>;

/** Of each attribute whether it always stands there. */
export type Attributes = { readonly [Name in AttributeName]?: 'required' | 'recommended' };

/** An error by OpenTelemetry's conventions. */
export const EXCEPTION = {
  'exception.type': 'required',
  'exception.message': 'required',
  'exception.stacktrace': 'recommended',
} as const satisfies Attributes;

/** The values of such attributes: those that always stand there must be given. */
export type ValuesOf<Declared extends Attributes> = {
  readonly [Name in keyof Declared & AttributeName as Declared[Name] extends 'required'
    ? Name
    : never]: AttributeValue<Name>;
} & {
  readonly [Name in keyof Declared & AttributeName as Declared[Name] extends 'required' ? never : Name]?:
    | AttributeValue<Name>
    | undefined;
};
