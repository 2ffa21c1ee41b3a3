import { createRoute } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
import { annotate } from '../../domain/annotations.ts';
import { evaluationOf } from '../../domain/model/evaluation.ts';
import { holdsOf } from '../../domain/model/holds.ts';
import type { DriftInWindow } from '../../domain/model/live/drift-in-window.ts';
import type { Feedback } from '../../domain/model/live/feedback.ts';
import type { LiveQualityOf } from '../../domain/model/live/live-quality.ts';
import type { RemoveArtifact } from '../../domain/model/remove.ts';
import { getArtifact, listArtifacts } from '../../domain/model/repository.ts';
import { annotating, annotationBody, annotationProblems } from '../annotations.ts';
import { download } from '../download.ts';
import { annotation } from '../examples/annotations.ts';
import * as examples from '../examples/artifacts.ts';
import * as feedbackExamples from '../examples/feedback.ts';
import { MODEL_NAME } from '../examples/ids.ts';
import { ArtifactListQuery } from '../list-queries.ts';
import { createRouter, type Router } from '../router.ts';
import {
  Artifact,
  ArtifactDeleted,
  ArtifactDrift,
  ArtifactPage,
  ArtifactParam,
  DriftQuery,
  Evaluation,
  EvaluationQuery,
  LiveQuality,
  LiveQualityQuery,
  ModelCard,
} from '../schemas.ts';
import { artifactView, driftView, listedArtifactView, liveQualityView, originOf } from '../views.ts';
import { feedbackRoute } from './feedback.ts';
import { type PredictionDeps, predictionRoutes } from './predictions.ts';
import { problems } from './problems.ts';
import { file, json, METRICS_IN_SHORT, PAGES } from './responses.ts';

const tags = ['models'];
const path = '/artifacts';

const list = createRoute({
  operationId: 'listArtifacts',
  method: 'get',
  path,
  tags,
  summary: 'Models, newest first or as sorted',
  description: `${METRICS_IN_SHORT} ${PAGES}`,
  request: { query: ArtifactListQuery },
  responses: { 200: json(ArtifactPage, 'A page', examples.artifactPage), ...problems(401) },
});

const get = createRoute({
  operationId: 'getArtifact',
  method: 'get',
  path: `${path}/{id}`,
  tags,
  summary: 'A model: what it needs and how good it is',
  request: { params: ArtifactParam },
  responses: { 200: json(Artifact, 'The model', examples.artifact), ...problems(401, 404, 410) },
});

const annotateIt = createRoute({
  ...annotating,
  operationId: 'annotateArtifact',
  path: `${path}/{id}`,
  tags,
  summary: 'Write tags and a note on a model',
  request: { params: ArtifactParam, body: annotationBody },
  responses: {
    200: json(Artifact, 'The model', {
      ...examples.artifact,
      ...annotation,
      held_by: [{ name: MODEL_NAME, version: 1 }],
    }),
    ...annotationProblems,
    ...problems(410),
  },
});

const getFile = createRoute({
  operationId: 'downloadArtifact',
  method: 'get',
  path: `${path}/{id}/download`,
  tags,
  summary: 'The model as a file',
  request: { params: ArtifactParam },
  responses: {
    ...file('The file', '…'),
    ...problems(401, 404, 410, 416),
  },
});

const getCard = createRoute({
  operationId: 'getArtifactCard',
  method: 'get',
  path: `${path}/{id}/card`,
  tags,
  summary: "The model's card: columns, quality, data, versions, seed",
  request: { params: ArtifactParam },
  responses: { 200: json(ModelCard, 'The card', examples.card), ...problems(401, 404, 410) },
});

const getEvaluation = createRoute({
  operationId: 'getArtifactEvaluation',
  method: 'get',
  path: `${path}/{id}/evaluation`,
  tags,
  summary: 'What it did with the rows it did not see, in points to judge it by',
  description:
    'Of classes ROC, precision-recall and calibration, of two also thresholds, and by the costs of errors the cheapest; of numbers residuals, and true beside predicted values.',
  request: { params: ArtifactParam, query: EvaluationQuery },
  responses: { 200: json(Evaluation, 'The points', examples.evaluation), ...problems(401, 404, 410) },
});

const getDrift = createRoute({
  operationId: 'getArtifactDrift',
  method: 'get',
  path: `${path}/{id}/drift`,
  tags,
  summary: 'How far the rows it is asked for have drifted from its training data',
  description:
    'The population stability index of each input, of the rows that came within the window, and how they and the training data are spread.',
  request: { params: ArtifactParam, query: DriftQuery },
  responses: { 200: json(ArtifactDrift, 'The drift', examples.drift), ...problems(401, 404, 410) },
});

const getQuality = createRoute({
  operationId: 'getArtifactQuality',
  method: 'get',
  path: `${path}/{id}/quality`,
  tags,
  summary: 'How good it is on what it was asked and the outcome of was told, beside its training',
  request: { params: ArtifactParam, query: LiveQualityQuery },
  responses: {
    200: json(LiveQuality, 'The figures', feedbackExamples.liveQuality),
    ...problems(401, 404, 410),
  },
});

const remove = createRoute({
  operationId: 'deleteArtifact',
  method: 'delete',
  path: `${path}/{id}`,
  tags,
  summary: 'Remove a model',
  request: { params: ArtifactParam },
  responses: { 200: json(ArtifactDeleted, 'Removed', examples.deleted), ...problems(401, 404, 409, 410) },
});

export interface ArtifactRouteDeps extends PredictionDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly removeArtifact: RemoveArtifact;
  readonly driftInWindow: DriftInWindow;
  readonly liveQuality: LiveQualityOf;
  readonly feedback: Feedback;
}

export function artifactRoutes(deps: ArtifactRouteDeps): Router {
  const { db } = deps;
  const router = createRouter()
    .openapi(list, async (c) => {
      const page = await listArtifacts(db, c.get('owner'), c.req.valid('query'));
      const holds = await holdsOf(
        db,
        page.items.map(({ id }) => id),
      );
      const items = page.items.map((row) =>
        listedArtifactView(row, holds.get(row.id) ?? [], originOf(c.req.url)),
      );
      return c.json({ items, next_cursor: page.nextCursor }, 200);
    })
    .openapi(get, async (c) => {
      const row = await getArtifact(db, c.get('owner'), c.req.valid('param').id);
      const holds = await holdsOf(db, [row.id]);
      return c.json(artifactView(row, holds.get(row.id) ?? [], originOf(c.req.url)), 200);
    })
    .openapi(annotateIt, async (c) => {
      const { id } = c.req.valid('param');
      const owner = c.get('owner');
      await getArtifact(db, owner, id);
      await annotate(db, 'artifacts', owner, id, c.req.valid('json'));
      const row = await getArtifact(db, owner, id);
      const holds = await holdsOf(db, [id]);
      return c.json(artifactView(row, holds.get(id) ?? [], originOf(c.req.url)), 200);
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
    .openapi(getEvaluation, async (c) => {
      const { id } = c.req.valid('param');
      const { false_positive_cost, false_negative_cost } = c.req.valid('query');
      const isCosted = false_positive_cost !== undefined || false_negative_cost !== undefined;
      const costs = isCosted && {
        falsePositive: false_positive_cost ?? 1,
        falseNegative: false_negative_cost ?? 1,
      };
      return c.json(await evaluationOf(db, c.get('owner'), id, costs || undefined), 200);
    })
    .openapi(getDrift, async (c) => {
      const { id } = c.req.valid('param');
      const drift = await deps.driftInWindow(c.get('owner'), id, c.req.valid('query').window);
      return c.json(driftView(id, drift), 200);
    })
    .openapi(getQuality, async (c) => {
      const { id } = c.req.valid('param');
      const quality = await deps.liveQuality(c.get('owner'), id, c.req.valid('query').window);
      return c.json(liveQualityView(quality), 200);
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param');
      await deps.removeArtifact(c.get('owner'), id);
      return c.json({ id, deleted: true as const }, 200);
    });
  feedbackRoute(router, {
    path: `${path}/{id}/feedback`,
    tag: 'models',
    params: ArtifactParam,
    tell: (owner, { id }, outcomes) => deps.feedback.toArtifact(owner, id, outcomes),
  });
  return predictionRoutes(router, deps, {
    path: `${path}/{id}`,
    tag: 'models',
    params: ArtifactParam,
    call: (_owner, { id }, answer) => answer(id),
  });
}
