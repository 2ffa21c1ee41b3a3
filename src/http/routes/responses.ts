import type { z } from '@hono/zod-openapi';
import { Problem } from '../problem.ts';

/** Pieces of the routes' OpenAPI descriptions. */

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});

const problem = (description: string) => ({
  content: { 'application/problem+json': { schema: Problem } },
  description,
});

const PROBLEM_RESPONSES = {
  400: problem('Malformed request'),
  401: problem('No valid key'),
  404: problem('No such thing, or not yours'),
  408: problem('Not sent in time'),
  409: problem('Not in its present state'),
  410: problem('Removed by the retention'),
  413: problem('Too large'),
  415: problem('Unsupported format'),
  416: problem('The range lies outside the file'),
  422: problem('Well-formed, but unusable data'),
  503: problem(
    'A dependency is down or out of space, or too many others are being served; Retry-After says when to try again',
  ),
} as const;

type Status = keyof typeof PROBLEM_RESPONSES;

/** The problems a route can answer with, by status; each refuses a query that it does not know with 400. */
export function problems<const Others extends readonly Exclude<Status, 400>[]>(...others: Others) {
  const statuses: Status[] = [400, ...others];
  return Object.fromEntries(statuses.map((status) => [status, PROBLEM_RESPONSES[status]])) as Pick<
    typeof PROBLEM_RESPONSES,
    400 | Others[number]
  >;
}

export const METRICS_IN_SHORT =
  '`metrics` without what grows with the data (`confusion_matrix`, `classes`, `feature_importances`, `excluded`, `search`): that stands in each single one.';

export const file = (description: string) => ({
  content: { 'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } } },
  description,
});
