import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../errors.ts';

/** RFC 9110 §10.1.1: the one expectation there is. */
export const expectation: MiddlewareHandler = async (c, next) => {
  if (!/^(100-continue)?$/i.test(c.req.header('expect') ?? ''))
    throw new AppError('expectation_failed', 'The only expectation that can be met is 100-continue.');
  await next();
};
