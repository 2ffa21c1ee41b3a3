import { z } from '@hono/zod-openapi';

/** Pieces of the routes' OpenAPI descriptions. */

/** A header of an answer. */
export const header = (name: string, description: string, example: string) =>
  z.object({ [name]: z.string().openapi({ description, example }) });

export const json = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example: z.infer<Schema>,
) => ({
  content: { 'application/json': { schema, example } },
  description,
});

export const METRICS_IN_SHORT =
  '`metrics` without what grows with the data (`confusion_matrix`, `classes`, `cross_validation`, `feature_importances`, `excluded`, `search`): that stands in each single one.';

export const PAGES =
  'Of more than 10,000 that have to be looked through, a page may show fewer than `limit`, or none: only `next_cursor: null` ends the list. A cursor belongs to its `sort`.';

/** A download: whole, a part of it, or nothing for a client that has it already. */
export const file = (description: string, example: string) => {
  const schema = { type: 'string' as const, format: 'binary' };
  const content = { 'application/octet-stream': { schema, example } };
  const etag = header('ETag', 'The SHA-256 of the file', '"0073f3c57e3616d032740fbdef2e8150…"');
  const range = header('Content-Range', 'Which part', 'bytes 0-99/362');
  return {
    200: { content, description, headers: etag },
    206: { content, description: 'A part of it', headers: etag.extend(range.shape) },
    304: { description: 'Not modified' },
  };
};
