import { AppError } from '../errors.ts';
import type { ReadOptions } from '../vocabulary/tables.ts';
import { UploadOptions } from './schemas.ts';

/** @throws {AppError} `invalid_request` */
export function parseUploadOptions(json: string | undefined): ReadOptions | undefined {
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new AppError('invalid_request', 'options: not valid JSON.', { cause });
  }
  const { success, data, error } = UploadOptions.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new AppError(
    'invalid_request',
    `${['options', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`,
  );
}
