import type { CATALOGUE } from '../catalogue.ts';

type Catalogue = typeof CATALOGUE;
export type AttributeName = { [Key in keyof Catalogue]: keyof Catalogue[Key]['labels'] }[keyof Catalogue];

interface AttributeText {
  readonly brief: string;
  /** Where it is none of a closed set of words. */
  readonly type?: 'string' | 'int';
  readonly examples?: readonly (string | number)[];
}

/**
 * What each attribute says; its values, where they are a closed set, are the catalogue's. Where a convention of
 * OpenTelemetry has the attribute, it means the same there.
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
} as const satisfies Record<AttributeName, AttributeText>;
