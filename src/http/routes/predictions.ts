import { createRoute, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { keysOfRows } from '../../domain/model/live/row-keys.ts';
import type { Predictor } from '../../domain/model/predict.ts';
import type { PredictBatch } from '../../domain/model/predict-batch.ts';
import { AppError } from '../../errors.ts';
import { countAsRoute } from '../../telemetry/http-server/route.ts';
import * as examples from '../examples/predictions.ts';
import { jsonBody } from '../middleware/json-body.ts';
import type { Env, Router } from '../router.ts';
import { Prediction, PredictionQuery, PredictionRequest, TableBody } from '../schemas.ts';
import { answerTable, DRIFT_HEADER, TABLE_TYPES, tableTypeOf } from '../table-answer.ts';
import { problems } from './problems.ts';
import { header } from './responses.ts';

const MAX_PREDICTION_BODY_BYTES = 16 * 1024 * 1024;

const tables = {
  'text/csv': { schema: TableBody, example: examples.csvTable },
  'text/tab-separated-values': { schema: TableBody, example: examples.tsvTable },
  'application/x-ndjson': { schema: TableBody, example: examples.ndjsonTable },
};
const tableAnswers = {
  'text/csv': { schema: { type: 'string' as const }, example: examples.csvAnswer },
  'application/x-ndjson': { schema: { type: 'string' as const }, example: examples.ndjsonAnswer },
};
const OTHER_TABLES =
  'A table may also be an Excel workbook (`application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`), Parquet (`application/vnd.apache.parquet`), or gzipped (`application/gzip`); the content decides.';
const refusals = problems(401, 404, 408, 410, 413, 415, 422, 503);

export interface PredictionDeps {
  readonly predict: Predictor['predict'];
  readonly predictBatch: PredictBatch;
}

/** An address by which a model is called. */
interface Callable<Params> {
  /** Of the model, as OpenAPI writes it. */
  readonly path: string;
  /** The same as the router understands it, where that is something else. */
  readonly served?: string;
  readonly tag: string;
  /** What its operations are called, after `predict`; undefined: nothing. */
  readonly by?: string;
  readonly params: z.ZodType<Params>;
  /** Of an answer, besides the usual. */
  readonly headers?: z.ZodObject;
  /** Calls the artifact that the parameters stand for. */
  readonly call: (
    owner: string,
    params: Params,
    answer: (artifactId: string) => Promise<Response>,
  ) => Promise<Response>;
}

/** What every address of a model takes: rows or a table at the one place, tables alone at the other. */
export function predictionRoutes<Params>(
  router: Router,
  deps: PredictionDeps,
  { path, served = path, tag, by = '', params, headers, call }: Callable<Params>,
): Router {
  const driftHeader = header(
    DRIFT_HEADER,
    'Of a table, where the rows of late are unlike the training data; `…/drift` says more',
    'significant',
  ).partial();
  const answered = { description: 'A prediction a row', headers: driftHeader.extend(headers?.shape ?? {}) };
  const request = { params: params as unknown as z.ZodObject, query: PredictionQuery };
  const predict = createRoute({
    method: 'post',
    operationId: `predict${by}`,
    path: `${path}/predict`,
    tags: [tag],
    summary: 'Predict rows given as JSON, or a whole table; further columns are ignored',
    description: OTHER_TABLES,
    request: {
      ...request,
      body: {
        content: {
          'application/json': { schema: PredictionRequest, example: examples.predictionRequest },
          ...tables,
        },
      },
    },
    responses: {
      200: {
        content: {
          'application/json': { schema: Prediction, example: examples.prediction },
          ...tableAnswers,
        },
        ...answered,
      },
      ...refusals,
    },
  });
  const predictTable = createRoute({
    method: 'post',
    operationId: `predictTable${by}`,
    path: `${path}/predict/table`,
    tags: [tag],
    summary: 'Predict a table of any length: a line a row, as CSV or NDJSON by Accept',
    description: `${OTHER_TABLES} Here a JSON array of objects (\`application/json\`) is a table too.`,
    request: { ...request, body: { content: tables } },
    responses: {
      200: { content: tableAnswers, ...answered },
      ...refusals,
    },
  });
  const toTable = (c: Context<Env>, where: Params, query: z.infer<typeof PredictionQuery>) =>
    call(c.get('owner'), where, (artifactId) => answerTable(deps.predictBatch, c, artifactId, query));

  for (const route of [predict, predictTable]) {
    // To the router a body that must be there is one that must be JSON.
    const body = { ...route.request.body, required: true };
    router.openAPIRegistry.registerPath({ ...route, request: { ...route.request, body } });
  }
  const here = { hide: true, middleware: jsonBody(MAX_PREDICTION_BODY_BYTES) };
  // Those as well that have no example.
  const other = Object.fromEntries(Object.keys(TABLE_TYPES).map((type) => [type, { schema: TableBody }]));
  const taken = { content: { ...predict.request.body.content, ...other } };
  return router
    .openapi(
      { ...predict, ...here, request: { ...request, body: taken }, path: `${served}/predict` },
      async (c) => {
        const where = c.req.valid('param') as Params;
        const query = c.req.valid('query');
        const type = c.req.header('content-type');
        if (type === undefined) throw new AppError('invalid_request', 'The request has no rows.');
        if (tableTypeOf(type)) {
          // A table takes as long as it is long: what is said of the latency of rows must not be mixed with it.
          countAsRoute(c, `${c.req.routePath}/table`);
          return toTable(c, where, query);
        }
        const { rows, contributions, intervals, keep, keys } = c.req.valid('json');
        // To explain a row takes many times as long as to predict it.
        if (contributions) countAsRoute(c, `${c.req.routePath}/contributions`);
        const given = (keep ?? query.keep) ? ('new' as const) : undefined;
        const wishes = {
          isExplained: contributions,
          level: intervals ?? query.interval,
          keys: keys ?? (query.key !== undefined ? keysOfRows(rows, query.key) : given),
        };
        return call(c.get('owner'), where, async (artifactId) =>
          c.json(await deps.predict(c.get('owner'), artifactId, rows, wishes), 200),
        );
      },
    )
    .openapi({ ...predictTable, request, hide: true, path: `${served}/predict/table` }, (c) =>
      toTable(c, c.req.valid('param') as Params, c.req.valid('query')),
    );
}
