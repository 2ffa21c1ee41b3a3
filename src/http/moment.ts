import { z } from '@hono/zod-openapi';

/** A point in time that a query names. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be a date or a time, as in RFC 3339')
  .transform((value) => new Date(value))
  .openapi({ type: 'string', format: 'date-time' });
