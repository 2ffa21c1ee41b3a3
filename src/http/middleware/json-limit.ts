import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../errors.ts';

/** JSON is read into memory whole: a larger body is refused before, by its announced length or while it arrives. */
export const jsonLimit = (maxBytes: number): MiddlewareHandler =>
  bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new AppError('too_large', `The request is larger than ${maxBytes} bytes.`);
    },
  });
