import { createRoute } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { aggregate, groupByTarget, qualityTrends } from '../../domain/training/quality.ts';
import * as examples from '../examples/quality.ts';
import { QualityQuery } from '../list-queries.ts';
import { createRouter, type Router } from '../router.ts';
import { Summary, Trends } from '../schemas.ts';
import { summaryView, trendsView } from '../views.ts';
import { problems } from './problems.ts';
import { json } from './responses.ts';

const tags = ['quality'];

const trends = createRoute({
  operationId: 'getQualityTrends',
  method: 'get',
  path: '/metrics/trends',
  tags,
  summary: 'Quality of the newest successful runs, in the order they ended',
  request: { query: QualityQuery },
  responses: { 200: json(Trends, 'The runs', examples.trends), ...problems(401) },
});

const summary = createRoute({
  operationId: 'getQualitySummary',
  method: 'get',
  path: '/metrics/summary',
  tags,
  summary: 'The same with the mean, best and latest of each score, by dataset and target',
  description:
    '`groups` are of runs that can be compared: of a dataset, for a target, with those of which a run ended last in front. `aggregates` are over all runs, whatever they predict: of them only the counts say something, unless a dataset and a target are asked for.',
  request: { query: QualityQuery },
  responses: { 200: json(Summary, 'Aggregates and runs', examples.summary), ...problems(401) },
});

export function qualityRoutes({ db }: { db: Kysely<Schema> }): Router {
  return createRouter()
    .openapi(trends, async (c) => {
      const points = await qualityTrends(db, { owner: c.get('owner'), ...c.req.valid('query') });
      return c.json(trendsView(points), 200);
    })
    .openapi(summary, async (c) => {
      const points = await qualityTrends(db, { owner: c.get('owner'), ...c.req.valid('query') });
      return c.json(summaryView(aggregate(points), groupByTarget(points), points), 200);
    });
}
