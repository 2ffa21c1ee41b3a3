import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { serverSentEvents } from '../support/events.ts';
import { insertRun } from '../support/runs.ts';
import { startService } from '../support/service.ts';

type Json = Record<string, unknown>;
interface Media {
  schema: Json;
  example: unknown;
}
type Content = Record<string, Media>;
interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  example?: unknown;
}
interface Answer {
  content?: Content;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, Answer>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Json;
}

/** The story that the examples tell, in its order. */
const STORY = [
  'getHealth',
  'getReadiness',
  'listAlerts',
  'uploadDataset',
  'listDatasets',
  'getDataset',
  'downloadDataset',
  'createTrainingRun',
  'watchTrainingRun',
  'getTrainingRun',
  'listTrainingRuns',
  'traceTrainingRun',
  'compareTrainingRuns',
  'getArtifact',
  'listArtifacts',
  'downloadArtifact',
  'getArtifactCard',
  'getArtifactEvaluation',
  'predict',
  'predictTable',
  'getArtifactDrift',
  'sendFeedback',
  'getArtifactQuality',
  'registerModelVersion',
  'sendFeedbackByName',
  'setModelAlias',
  'getModelVersion',
  'listModelVersions',
  'getModel',
  'listModels',
  'listModelHistory',
  'predictByAlias',
  'predictTableByAlias',
  'predictByVersion',
  'predictTableByVersion',
  'getQualityTrends',
  'getQualitySummary',
  'getServiceMetrics',
  'getAlert',
  'annotateDataset',
  'annotateTrainingRun',
  'annotateArtifact',
  'annotateModel',
  'cancelTrainingRun',
  'deleteModelAlias',
  'deleteModelVersion',
  'deleteModel',
  'deleteArtifact',
  'deleteDataset',
  'deleteExpiredDatasets',
];

type Called = Operation & { method: string; path: string };

/** The ids of the examples and those that the service gave out instead. */
const real = new Map<string, string>();
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

const inReality = (text: string) => [...real].reduce((told, [from, to]) => told.replaceAll(from, to), text);

function learn(example: unknown, answer: unknown): void {
  if (typeof example === 'string' && typeof answer === 'string') {
    if (ID.test(example) && !real.has(example)) real.set(example, answer);
  } else if (typeof example === 'object' && example !== null && typeof answer === 'object' && answer !== null)
    for (const [name, value] of Object.entries(example)) learn(value, (answer as Json)[name]);
}

/** Of which an answer has as many as there are. */
const LISTS = ['items', 'series', 'metrics', 'times'];

/**
 * The kinds of values at each place. Of a list only the first: each of a request's bodies makes one. How many numbers
 * there are depends on how well is trained.
 */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return typeof value[0] === 'number' ? ['number'] : value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      shapeOf(LISTS.includes(name) && Array.isArray(inner) ? inner.slice(0, 1) : inner),
    ]),
  );
}

const operationsOf = ({ paths }: Document): Called[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  );

function addressOf({ path, parameters = [] }: { path: string; parameters?: Parameter[] }): string {
  const given = parameters.filter(({ example }) => example !== undefined);
  const query = given.flatMap(({ in: place, name, example }) =>
    place === 'query' ? [[name, String(example)] as [string, string]] : [],
  );
  const filled = given.reduce((told, { name, example }) => told.replace(`{${name}}`, String(example)), path);
  return inReality(`${filled}?${new URLSearchParams(query)}`);
}

function bodyOf(
  type: string,
  example: unknown,
): { body: string | FormData; headers?: Record<string, string> } {
  if (type !== 'multipart/form-data') {
    const body = inReality(typeof example === 'string' ? example : JSON.stringify(example));
    return {
      body,
      headers: { 'content-type': type, accept: type.replace('text/tab-separated-values', 'text/csv') },
    };
  }
  const body = new FormData();
  for (const [name, text] of Object.entries(example as Record<string, string>))
    body.set(name, new Blob([text]), 'churn.csv');
  return { body };
}

/** A better way to train changes what follows. */
const rounded = (text: unknown) => String(text).replace(/\d\.\d{3,}/g, (number) => Number(number).toFixed(0));

const lastEvent = async (answer: Response) => (await Array.fromAsync(serverSentEvents(answer))).at(-1);

test('the examples of the description are one story that the service plays as it is told', async () => {
  await using database = await testDatabase();
  await using service = await startService(database.root, { DATABASE_URL: database.url });
  const { api } = service;
  const document = await api.json<Document>(await api.call('/api/openapi.json'));
  const operations = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]));
  expect([...operations.keys()].sort()).toEqual(STORY.toSorted());

  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  const conforms = (name: string, schema: Json, value: unknown) => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as Json);
    expect([name, validate(value), validate.errors]).toEqual([name, true, null]);
  };

  for (const name of STORY) {
    const operation = operations.get(name) as Called;
    if (name === 'cancelTrainingRun') {
      // The one of the story has ended by now.
      const [run] = operation.parameters ?? [];
      real.set(String(run?.example), await insertRun(database.db.sql, { trace_id: '0'.repeat(32) }));
    }
    for (const [type, media] of Object.entries(operation.requestBody?.content ?? { none: undefined })) {
      if (media && type === 'application/json') conforms(name, media.schema, media.example);
      const answer = await api.call(addressOf(operation), {
        method: operation.method.toUpperCase(),
        ...(media && bodyOf(type, media.example)),
      });
      const told = operation.responses[answer.status];
      expect([name, type, answer.status, answer.ok && told]).toEqual([
        name,
        type,
        answer.status,
        expect.any(Object),
      ]);
      const { content = {} } = told as Answer;
      const answered = (answer.headers.get('content-type') ?? '').replace(/;.*/, '');
      const { schema = {}, example = '' } = content[answered] ?? Object.values(content)[0] ?? {};
      if (answered === 'application/json') {
        const value: unknown = await answer.json();
        for (const each of [example, value]) conforms(name, schema, each);
        expect([name, shapeOf(value)]).toEqual([name, shapeOf(example)]);
        learn(example, value);
      } else if (answered === 'text/event-stream') {
        const [last, lastTold] = await Promise.all([
          lastEvent(answer),
          lastEvent(new Response(example as string)),
        ]);
        conforms(name, schema, last?.data);
        expect(shapeOf(last)).toEqual(shapeOf(lastTold));
        learn(lastTold, last);
      } else if (name !== 'downloadArtifact')
        expect([name, rounded(await answer.text())]).toEqual([name, rounded(example)]);
    }
  }
});
