import { createRoute, z } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { annotate } from '../../domain/annotations.ts';
import type { CancelTraining } from '../../domain/training/cancel.ts';
import { getRun, listRuns } from '../../domain/training/repository.ts';
import type { RequestTraining } from '../../domain/training/request.ts';
import { runTrace } from '../../domain/training/run-trace.ts';
import type { RunWatch } from '../../domain/training/watch.ts';
import type { ThinLog } from '../../telemetry/log/thin-log.ts';
import { annotating, annotationBody, annotationProblems } from '../annotations.ts';
import { annotation } from '../examples/annotations.ts';
import { RUN_ID } from '../examples/ids.ts';
import * as examples from '../examples/training.ts';
import { RunListQuery } from '../list-queries.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { createRouter, type Router } from '../router.ts';
import { runEvents } from '../run-events.ts';
import type { GrafanaLinks } from '../run-links.ts';
import {
  RunParam,
  RunProgress,
  TraceNode,
  TrainingHeaders,
  TrainingRequest,
  TrainingRun,
  TrainingRunPage,
} from '../schemas.ts';
import { listedRunView, runView, traceView } from '../views.ts';
import { problems } from './problems.ts';
import { header, json, METRICS_IN_SHORT, PAGES } from './responses.ts';

const tags = ['training'];
const path = '/training-runs';
const MAX_REQUEST_BODY_BYTES = 1024 * 1024;

const create = createRoute({
  operationId: 'createTrainingRun',
  method: 'post',
  path,
  tags,
  summary: 'Queue a training run',
  middleware: jsonBody(MAX_REQUEST_BODY_BYTES),
  request: {
    headers: TrainingHeaders,
    body: {
      required: true,
      content: { 'application/json': { schema: TrainingRequest, example: examples.trainingRequest } },
    },
  },
  responses: {
    202: {
      ...json(TrainingRun, 'Queued', examples.queuedRun),
      headers: header('Location', 'The run', `/api/ml/v1${path}/${RUN_ID}`),
    },
    ...problems(401, 404, 408, 409, 413, 415, 422, 503),
  },
});

const list = createRoute({
  operationId: 'listTrainingRuns',
  method: 'get',
  path,
  tags,
  summary: 'Training runs, newest first or as sorted',
  description: `${METRICS_IN_SHORT} ${PAGES}`,
  request: { query: RunListQuery },
  responses: { 200: json(TrainingRunPage, 'A page', examples.runPage), ...problems(401) },
});

const get = createRoute({
  operationId: 'getTrainingRun',
  method: 'get',
  path: `${path}/{id}`,
  tags,
  summary: 'A training run',
  request: { params: RunParam },
  responses: { 200: json(TrainingRun, 'The run', examples.succeededRun), ...problems(401, 404) },
});

const annotateIt = createRoute({
  ...annotating,
  operationId: 'annotateTrainingRun',
  path: `${path}/{id}`,
  tags,
  summary: 'Write tags and a note on a training run',
  request: { params: RunParam, body: annotationBody },
  responses: {
    200: json(TrainingRun, 'The run', { ...examples.succeededRun, ...annotation }),
    ...annotationProblems,
  },
});

const events = createRoute({
  operationId: 'watchTrainingRun',
  method: 'get',
  path: `${path}/{id}/events`,
  tags,
  summary: 'Server-sent events: `status` and `progress`, until the run has ended',
  description:
    'The data of a `status` event is the run, that of a `progress` event how far it is, both as JSON. The run as it is comes first, its final status last; then the stream ends. One that ends before, as it does when the service stops, is asked for again. Lines that begin with a colon are there to keep the connection open.',
  request: { params: RunParam },
  responses: {
    200: {
      content: {
        'text/event-stream': {
          schema: z.union([TrainingRun, RunProgress]).openapi('TrainingRunEvent'),
          example: examples.runEvents,
        },
      },
      description: 'The events',
    },
    ...problems(401, 404),
  },
});

const trace = createRoute({
  operationId: 'traceTrainingRun',
  method: 'get',
  path: `${path}/{id}/trace`,
  tags,
  summary: 'Where the time of a training run went',
  description:
    'Its waiting, its attempts and what each did, as a tree, from the run’s own record: no tracing backend is needed. Of an attempt under way it has the stages as of its last progress.',
  request: { params: RunParam },
  responses: { 200: json(TraceNode, 'The run', examples.runTrace), ...problems(401, 404) },
});

const cancel = createRoute({
  operationId: 'cancelTrainingRun',
  method: 'post',
  path: `${path}/{id}/cancel`,
  tags,
  summary: 'Cancel a training run',
  request: { params: RunParam },
  responses: {
    202: json(TrainingRun, 'It ends, or will within a second', examples.cancelledRun),
    ...problems(401, 404, 409),
  },
});

export interface TrainingRouteDeps {
  readonly db: Kysely<Schema>;
  readonly watch: RunWatch;
  /** Aborted when the process stops: open event streams end. */
  readonly closing: AbortSignal;
  readonly requestTraining: RequestTraining;
  readonly cancelTraining: CancelTraining;
  /** Where runs can be seen; undefined: nowhere. */
  readonly grafana: GrafanaLinks | undefined;
  readonly log: ThinLog;
}

export function trainingRoutes(deps: TrainingRouteDeps): Router {
  const { db, grafana } = deps;
  return createRouter()
    .openapi(create, async (c) => {
      const { dataset_id, mode, task, target, seed, params } = c.req.valid('json');
      const run = await deps.requestTraining({
        owner: c.get('owner'),
        datasetId: dataset_id,
        mode,
        task,
        target,
        seed,
        params: params ?? {},
        idempotencyKey: c.req.valid('header')['idempotency-key'],
      });
      return c.json(runView(run, grafana), 202, { Location: `/api/ml/v1${path}/${run.id}` });
    })
    .openapi(list, async (c) => {
      const page = await listRuns(db, c.get('owner'), c.req.valid('query'));
      const items = page.items.map((run) => listedRunView(run, grafana));
      return c.json({ items, next_cursor: page.nextCursor }, 200);
    })
    .openapi(get, async (c) =>
      c.json(runView(await getRun(db, c.get('owner'), c.req.valid('param').id), grafana), 200),
    )
    .openapi(annotateIt, async (c) => {
      const { id } = c.req.valid('param');
      await annotate(db, 'training_runs', c.get('owner'), id, c.req.valid('json'));
      return c.json(runView(await getRun(db, c.get('owner'), id), grafana), 200);
    })
    .openapi(events, async (c) => {
      const owner = c.get('owner');
      const { id } = c.req.valid('param');
      // Asked once before the stream opens, so that a missing run is a 404.
      await getRun(db, owner, id);
      return runEvents(c, {
        id,
        watch: deps.watch,
        closing: deps.closing,
        read: () => getRun(db, owner, id),
        view: (run) => runView(run, grafana),
        log: deps.log,
      });
    })
    .openapi(trace, async (c) =>
      c.json(traceView(await runTrace(db, c.get('owner'), c.req.valid('param').id)), 200),
    )
    .openapi(cancel, async (c) => {
      const run = await deps.cancelTraining(c.get('owner'), c.req.valid('param').id);
      return c.json(runView(run, grafana), 202);
    });
}
