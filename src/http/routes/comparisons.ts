import { createRoute } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { compareRuns } from '../../domain/training/compare.ts';
import { CompareQuery, Comparison, comparisonView } from '../comparison.ts';
import { comparison } from '../examples/comparison.ts';
import { createRouter, type Router } from '../router.ts';
import type { GrafanaLinks } from '../run-links.ts';
import { DatasetParam } from '../schemas.ts';
import { problems } from './problems.ts';
import { json } from './responses.ts';

const compare = createRoute({
  operationId: 'compareTrainingRuns',
  method: 'get',
  path: '/datasets/{id}/runs/compare',
  tags: ['training'],
  summary: 'Training runs of a dataset side by side',
  description:
    'Of one target and task: what they were asked for, their figures and which is best, how much each column matters to them. Values stand in the order of the runs. Figures that were measured on different rows differ by chance, too: `measured_on_same_rows` says whether they were not.',
  request: { params: DatasetParam, query: CompareQuery },
  responses: { 200: json(Comparison, 'The comparison', comparison), ...problems(401, 404, 422) },
});

export interface ComparisonRouteDeps {
  readonly db: Kysely<Schema>;
  readonly grafana: GrafanaLinks | undefined;
}

export function comparisonRoutes({ db, grafana }: ComparisonRouteDeps): Router {
  return createRouter().openapi(compare, async (c) => {
    const { id } = c.req.valid('param');
    const compared = await compareRuns(db, c.get('owner'), id, c.req.valid('query').ids);
    return c.json(comparisonView(id, compared, grafana), 200);
  });
}
