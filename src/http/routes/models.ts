import { createRoute } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { annotate } from '../../domain/annotations.ts';
import type { Feedback } from '../../domain/model/live/feedback.ts';
import { getModel } from '../../domain/model/registry/model.ts';
import type { Registry } from '../../domain/model/registry/registry.ts';
import {
  describeModel,
  getModelVersion,
  listHistory,
  listModels,
  listVersions,
} from '../../domain/model/registry/repository.ts';
import type { ModelAddress } from '../../domain/model/registry/resolve.ts';
import { annotating, annotationBody, annotationProblems } from '../annotations.ts';
import { annotation } from '../examples/annotations.ts';
import { MODEL_NAME } from '../examples/ids.ts';
import * as examples from '../examples/models.ts';
import { ModelListQuery, PageQuery, VersionListQuery } from '../list-queries.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { createRouter, type Router } from '../router.ts';
import {
  AddressParam,
  AliasParam,
  AliasRequest,
  Model,
  ModelHistory,
  ModelPage,
  ModelParam,
  ModelVersion,
  ModelVersionPage,
  VersionParam,
  VersionRequest,
} from '../schemas.ts';
import { historyView, modelVersionView, modelView, originOf } from '../views.ts';
import { feedbackRoute } from './feedback.ts';
import { type PredictionDeps, predictionRoutes } from './predictions.ts';
import { problems } from './problems.ts';
import { header, json, METRICS_IN_SHORT } from './responses.ts';

const tags = ['names'];
const path = '/models/{name}';
const MAX_BODY_BYTES = 16 * 1024;

const list = createRoute({
  operationId: 'listModels',
  method: 'get',
  path: '/models',
  tags,
  summary: 'Names of models with their aliases, newest first or as sorted',
  request: { query: ModelListQuery },
  responses: { 200: json(ModelPage, 'A page', examples.modelPage), ...problems(401) },
});

const get = createRoute({
  operationId: 'getModel',
  method: 'get',
  path,
  tags,
  summary: 'A name: how many versions it has, and for which its aliases stand',
  request: { params: ModelParam },
  responses: { 200: json(Model, 'The model', examples.model), ...problems(401, 404) },
});

const annotateIt = createRoute({
  ...annotating,
  operationId: 'annotateModel',
  path: path,
  tags,
  summary: 'Write tags and a note on a name',
  request: { params: ModelParam, body: annotationBody },
  responses: { 200: json(Model, 'The model', { ...examples.model, ...annotation }), ...annotationProblems },
});

const remove = createRoute({
  operationId: 'deleteModel',
  method: 'delete',
  path,
  tags,
  summary: 'Remove a name with its versions; their artifacts stay until the retention removes them',
  request: { params: ModelParam },
  responses: { 204: { description: 'Removed' }, ...problems(401, 404, 409) },
});

const history = createRoute({
  operationId: 'listModelHistory',
  method: 'get',
  path: `${path}/history`,
  tags,
  summary: 'What was done to a name, by whom and when, newest first',
  request: { params: ModelParam, query: PageQuery },
  responses: { 200: json(ModelHistory, 'A page', examples.history), ...problems(401, 404) },
});

const register = createRoute({
  operationId: 'registerModelVersion',
  method: 'post',
  path: `${path}/versions`,
  tags,
  summary: 'Keep a model as the next version of a name',
  description:
    'The name begins with its first version. A model that is a version of the name already stays that one: sent again, the request answers 200 with it.',
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params: ModelParam,
    body: {
      required: true,
      content: { 'application/json': { schema: VersionRequest, example: examples.versionRequest } },
    },
  },
  responses: {
    200: json(ModelVersion, 'The version that it is already', examples.version),
    201: {
      ...json(ModelVersion, 'The new version', examples.newVersion),
      headers: header('Location', 'The version', `/api/ml/v1/models/${MODEL_NAME}/versions/1`),
    },
    ...problems(401, 404, 408, 409, 410, 413, 415),
  },
});

const versions = createRoute({
  operationId: 'listModelVersions',
  method: 'get',
  path: `${path}/versions`,
  tags,
  summary: 'Versions of a name, newest first or as sorted',
  description: METRICS_IN_SHORT,
  request: { params: ModelParam, query: VersionListQuery },
  responses: { 200: json(ModelVersionPage, 'A page', examples.versionPage), ...problems(401, 404) },
});

const getVersion = createRoute({
  operationId: 'getModelVersion',
  method: 'get',
  path: `${path}/versions/{version}`,
  tags,
  summary: 'A version: its artifact, its quality, its aliases',
  request: { params: VersionParam },
  responses: { 200: json(ModelVersion, 'The version', examples.version), ...problems(401, 404) },
});

const removeVersion = createRoute({
  operationId: 'deleteModelVersion',
  method: 'delete',
  path: `${path}/versions/{version}`,
  tags,
  summary: 'Remove a version; its artifact stays until the retention removes it',
  request: { params: VersionParam },
  responses: { 204: { description: 'Removed' }, ...problems(401, 404, 409) },
});

const setAlias = createRoute({
  operationId: 'setModelAlias',
  method: 'put',
  path: `${path}/aliases/{alias}`,
  tags,
  summary: 'Let an alias stand for a version: promotion, or rollback',
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params: AliasParam,
    body: {
      required: true,
      content: { 'application/json': { schema: AliasRequest, example: examples.aliasRequest } },
    },
  },
  responses: {
    200: json(ModelVersion, 'The version that it stands for', examples.version),
    ...problems(401, 404, 408, 409, 413, 415),
  },
});

const removeAlias = createRoute({
  operationId: 'deleteModelAlias',
  method: 'delete',
  path: `${path}/aliases/{alias}`,
  tags,
  summary: 'Remove an alias',
  request: { params: AliasParam },
  responses: { 204: { description: 'Removed' }, ...problems(401, 404) },
});

export interface ModelRouteDeps extends PredictionDeps {
  readonly db: Kysely<Schema>;
  readonly registry: Registry;
  readonly feedback: Feedback;
}

export function modelRoutes(deps: ModelRouteDeps): Router {
  const { db, registry } = deps;
  const router = createRouter()
    .openapi(list, async (c) => {
      const page = await listModels(db, c.get('owner'), c.req.valid('query'));
      return c.json({ items: page.items.map(modelView), next_cursor: page.nextCursor }, 200);
    })
    .openapi(get, async (c) => {
      const { name } = c.req.valid('param');
      return c.json(modelView(await describeModel(db, c.get('owner'), name)), 200);
    })
    .openapi(annotateIt, async (c) => {
      const { name } = c.req.valid('param');
      const owner = c.get('owner');
      const { id } = await getModel(db, owner, name);
      await annotate(db, 'models', owner, id, c.req.valid('json'));
      return c.json(modelView(await describeModel(db, owner, name)), 200);
    })
    .openapi(remove, async (c) => {
      await registry.remove.model(c.get('owner'), c.req.valid('param').name);
      return c.body(null, 204);
    })
    .openapi(history, async (c) => {
      const page = await listHistory(db, c.get('owner'), c.req.valid('param').name, c.req.valid('query'));
      return c.json({ items: page.items.map(historyView), next_cursor: page.nextCursor }, 200);
    })
    .openapi(register, async (c) => {
      const { name } = c.req.valid('param');
      const { artifact_id, run_id } = c.req.valid('json');
      const source = artifact_id !== undefined ? { artifactId: artifact_id } : { runId: run_id as string };
      const { version, isNew } = await registry.register(c.get('owner'), name, source);
      const view = modelVersionView(version, originOf(c.req.url));
      if (!isNew) return c.json(view, 200);
      return c.json(view, 201, { Location: `/api/ml/v1/models/${name}/versions/${version.version}` });
    })
    .openapi(versions, async (c) => {
      const page = await listVersions(db, c.get('owner'), c.req.valid('param').name, c.req.valid('query'));
      const items = page.items.map((version) => modelVersionView(version, originOf(c.req.url)));
      return c.json({ items, next_cursor: page.nextCursor }, 200);
    })
    .openapi(getVersion, async (c) => {
      const { name, version } = c.req.valid('param');
      const found = await getModelVersion(db, c.get('owner'), name, version);
      return c.json(modelVersionView(found, originOf(c.req.url)), 200);
    })
    .openapi(removeVersion, async (c) => {
      const { name, version } = c.req.valid('param');
      await registry.remove.version(c.get('owner'), name, version);
      return c.body(null, 204);
    })
    .openapi(setAlias, async (c) => {
      const { name, alias } = c.req.valid('param');
      const { version } = c.req.valid('json');
      const set = await registry.aliases.set(c.get('owner'), name, alias, version);
      return c.json(modelVersionView(set, originOf(c.req.url)), 200);
    })
    .openapi(removeAlias, async (c) => {
      const { name, alias } = c.req.valid('param');
      await registry.aliases.remove(c.get('owner'), name, alias);
      return c.body(null, 204);
    });

  feedbackRoute(router, {
    path: `${path}/feedback`,
    tag: 'names',
    by: 'ByName',
    params: ModelParam,
    tell: (owner, { name }, outcomes) => deps.feedback.toName(owner, name, outcomes),
  });
  const headers = header('Model-Version', 'The version that answered', '1');
  const call = (owner: string, address: ModelAddress, answer: (artifactId: string) => Promise<Response>) =>
    registry.withModel(owner, address, async ({ artifactId, version }) => {
      const response = await answer(artifactId);
      response.headers.set('Model-Version', String(version));
      return response;
    });
  predictionRoutes(router, deps, {
    path: '/models/{name}@{alias}',
    served: '/models/:name@:alias',
    tag: 'names',
    by: 'ByAlias',
    params: AddressParam,
    headers,
    call: (owner, { name, alias }, answer) => call(owner, { name, at: { alias } }, answer),
  });
  return predictionRoutes(router, deps, {
    path: `${path}/versions/{version}`,
    tag: 'names',
    by: 'ByVersion',
    params: VersionParam,
    headers,
    call: (owner, { name, version }, answer) => call(owner, { name, at: { version } }, answer),
  });
}
