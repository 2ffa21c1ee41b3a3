import type { Router } from './router.ts';
import { registerProblems } from './routes/problems.ts';

export const DESCRIPTION_PATH = '/api/openapi.json';

const ABOUT = `Upload a table, train a model on it, call the model.

Errors are [problem+json](https://www.rfc-editor.org/rfc/rfc9457): \`code\` is one of a closed set, \`detail\` a sentence for people, \`trace_id\` leads to the log lines and the trace. With 503 comes \`Retry-After\`.

Lists are newest first unless \`sort\` says otherwise, a page at a time: \`next_cursor\`, sent as \`cursor\` with the same parameters, asks for the next page; with the last it is null. Of several filters all hold.

On datasets, runs, models and names people can write tags and a note, and find them by these.

The examples tell one story, and a test plays it.`;

const TAGS = [
  { name: 'datasets', description: 'Tables: uploaded, checked, profiled, downloaded' },
  { name: 'training', description: 'Runs: requested, watched, explained, cancelled' },
  { name: 'models', description: 'What runs made: asked for predictions, downloaded, watched for drift' },
  { name: 'names', description: 'Models that people keep: names with versions, and aliases to call them by' },
  { name: 'quality', description: 'How good the models of successful runs are, over time' },
  { name: 'service', description: 'What the service exports of itself, and what may fire' },
  { name: 'health', description: 'Whether the service lives and works' },
];

interface Description {
  readonly version: string;
  /** Whether requests must carry a key. */
  readonly needsKey: boolean;
}

/** Serves the OpenAPI description of all that the app's routers have registered. */
export function describe(app: Router, { version, needsKey }: Description): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'The key, where AUTH__MODE is `keys`',
  });
  registerProblems(app.openAPIRegistry);
  app.doc31(DESCRIPTION_PATH, {
    openapi: '3.1.0',
    info: {
      title: 'mlops-backend',
      version,
      description: ABOUT,
      license: { name: 'MIT' },
    },
    servers: [{ url: '/', description: 'This service' }],
    tags: TAGS,
    ...(needsKey && { security: [{ bearer: [] }] }),
  });
}
