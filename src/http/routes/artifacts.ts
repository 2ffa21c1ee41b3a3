import { createRoute } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
import type { DriftMonitor } from '../../domain/model/drift-monitor.ts';
import type { Predictor } from '../../domain/model/predict.ts';
import type { PredictBatch } from '../../domain/model/predict-batch.ts';
import type { RemoveArtifact } from '../../domain/model/remove.ts';
import { getArtifact, listArtifacts } from '../../domain/model/repository.ts';
import { AppError } from '../../errors.ts';
import { countAsRoute } from '../../telemetry/http-server/route.ts';
import { download } from '../download.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { createRouter, type Router } from '../router.ts';
import {
  Artifact,
  ArtifactDeleted,
  ArtifactDrift,
  ArtifactPage,
  IdParam,
  ModelCard,
  PageQuery,
  Prediction,
  PredictionRequest,
  TableBody,
} from '../schemas.ts';
import { answerTable, tableTypeOf } from '../table-answer.ts';
import { artifactView, driftView, listedArtifactView } from '../views.ts';
import { file, json, METRICS_IN_SHORT, problems } from './responses.ts';

const tags = ['models'];
const path = '/artifacts';
const MAX_PREDICTION_BODY_BYTES = 16 * 1024 * 1024;

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Models, newest first',
  description: METRICS_IN_SHORT,
  request: { query: PageQuery },
  responses: { 200: json(ArtifactPage, 'A page'), ...problems(400, 401) },
});

const get = createRoute({
  method: 'get',
  path: `${path}/{id}`,
  tags,
  summary: 'A model: what it needs and how good it is',
  request: { params: IdParam },
  responses: { 200: json(Artifact, 'The model'), ...problems(401, 404) },
});

const getFile = createRoute({
  method: 'get',
  path: `${path}/{id}/download`,
  tags,
  summary: 'The model as a file',
  request: { params: IdParam },
  responses: {
    200: file('The file'),
    206: file('A part of it'),
    304: { description: 'Not modified' },
    ...problems(401, 404, 416),
  },
});

const getCard = createRoute({
  method: 'get',
  path: `${path}/{id}/card`,
  tags,
  summary: "The model's card: columns, quality, data, versions, seed",
  request: { params: IdParam },
  responses: { 200: json(ModelCard, 'The card'), ...problems(401, 404) },
});

const getDrift = createRoute({
  method: 'get',
  path: `${path}/{id}/drift`,
  tags,
  summary: 'How far the rows it is asked for have drifted from its training data',
  description:
    'The population stability index of each input, of the rows that came of late. Every process of the service answers for the predictions it made itself, since it started.',
  request: { params: IdParam },
  responses: { 200: json(ArtifactDrift, 'The drift'), ...problems(401, 404) },
});

const remove = createRoute({
  method: 'delete',
  path: `${path}/{id}`,
  tags,
  summary: 'Remove a model',
  request: { params: IdParam },
  responses: { 200: json(ArtifactDeleted, 'Removed'), ...problems(401, 404) },
});

const tables = {
  'text/csv': { schema: TableBody },
  'text/tab-separated-values': { schema: TableBody },
};
const tableAnswers = {
  'text/csv': { schema: { type: 'string' as const, example: 'prediction,probability_no,probability_yes' } },
  'application/x-ndjson': {
    schema: { type: 'string' as const, example: '{"prediction":"yes","probabilities":{"no":0.1,"yes":0.9}}' },
  },
};

const predict = createRoute({
  method: 'post',
  path: `${path}/{id}/predict`,
  tags,
  summary: 'Predict rows given as JSON, or a whole table; further columns are ignored',
  middleware: jsonBody(MAX_PREDICTION_BODY_BYTES),
  request: {
    params: IdParam,
    body: { content: { 'application/json': { schema: PredictionRequest }, ...tables } },
  },
  responses: {
    200: {
      content: { 'application/json': { schema: Prediction }, ...tableAnswers },
      description: 'A prediction a row',
    },
    ...problems(400, 401, 404, 408, 413, 415, 422, 503),
  },
});

const predictTable = createRoute({
  method: 'post',
  path: `${path}/{id}/predict/table`,
  tags,
  summary: 'Predict a table of any length: a line a row, as CSV or NDJSON by Accept',
  request: { params: IdParam, body: { content: tables } },
  responses: {
    200: { content: tableAnswers, description: 'A prediction a row' },
    ...problems(400, 401, 404, 408, 413, 415, 422, 503),
  },
});

export interface ArtifactRouteDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly removeArtifact: RemoveArtifact;
  readonly predict: Predictor['predict'];
  readonly predictBatch: PredictBatch;
  readonly driftOf: DriftMonitor['driftOf'];
}

const originOf = (url: string) => new URL(url).origin;

export function artifactRoutes(deps: ArtifactRouteDeps): Router {
  const { db } = deps;
  return createRouter()
    .openapi(list, async (c) => {
      const page = await listArtifacts(db, c.get('owner'), c.req.valid('query'));
      const items = page.items.map((row) => listedArtifactView(row, originOf(c.req.url)));
      return c.json({ items, next_cursor: page.nextCursor }, 200);
    })
    .openapi(get, async (c) => {
      const row = await getArtifact(db, c.get('owner'), c.req.valid('param').id);
      return c.json(artifactView(row, originOf(c.req.url)), 200);
    })
    .openapi(getFile, async (c) => {
      const row = await getArtifact(db, c.get('owner'), c.req.valid('param').id);
      return download(c, deps.storage, {
        key: row.storage_key,
        bytes: row.size_bytes,
        sha256: row.sha256,
        fileName: `model-${row.id}.${row.format}`,
        contentType: row.format === 'json' ? 'application/json' : 'application/octet-stream',
      });
    })
    .openapi(getCard, async (c) => {
      const { card } = await getArtifact(db, c.get('owner'), c.req.valid('param').id);
      return c.json(card, 200);
    })
    .openapi(getDrift, async (c) => {
      const { id } = await getArtifact(db, c.get('owner'), c.req.valid('param').id);
      return c.json(driftView(id, deps.driftOf(id)), 200);
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param');
      await deps.removeArtifact(c.get('owner'), id);
      return c.json({ id, deleted: true as const }, 200);
    })
    .openapi(predict, async (c) => {
      const type = c.req.header('content-type');
      if (type === undefined) throw new AppError('invalid_request', 'The request has no rows.');
      if (tableTypeOf(type)) {
        // A table takes as long as it is long: what is said of the latency of rows must not be mixed with it.
        countAsRoute(c, `${c.req.routePath}/table`);
        return answerTable(deps.predictBatch, c);
      }
      const { rows } = c.req.valid('json');
      return c.json(await deps.predict(c.get('owner'), c.req.valid('param').id, rows), 200);
    })
    .openapi(predictTable, (c) => answerTable(deps.predictBatch, c));
}
