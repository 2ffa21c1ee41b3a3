import type { z } from '@hono/zod-openapi';
import { AppError } from '../errors.ts';
import type { ReadOptions, TableOptions } from '../vocabulary/tables.ts';
import { PredictOptions, UploadOptions } from './schemas.ts';

/** How an uploaded table is to be read. @throws {AppError} `invalid_request` */
export const parseUploadOptions = (json: string | undefined): ReadOptions | undefined =>
  parseOptions(UploadOptions, json);

/** How a table to predict is to be read. @throws {AppError} `invalid_request` */
export const parseTableOptions = (json: string | undefined): TableOptions | undefined =>
  parseOptions(PredictOptions, json);

function parseOptions<Options>(schema: z.ZodType<Options>, json: string | undefined): Options | undefined {
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new AppError('invalid_request', 'options: not valid JSON.', { cause });
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new AppError(
    'invalid_request',
    `${['options', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`,
  );
}
