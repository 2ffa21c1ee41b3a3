import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../errors.ts';
import type { Env } from '../router.ts';

/** The one owner of everything where no keys are issued. */
const LOCAL_OWNER = 'local';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Sets the request's owner. With an admin key, every request must carry it as its bearer token. */
export function authenticate(adminKey: string | undefined): MiddlewareHandler<Env> {
  const expected = adminKey === undefined ? undefined : digest(adminKey);
  return async (c, next) => {
    if (expected) {
      const [, token] = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
      if (!token || !timingSafeEqual(digest(token), expected))
        throw new AppError('unauthorized', 'Send a valid key as "Authorization: Bearer …".');
    }
    c.set('owner', LOCAL_OWNER);
    await next();
  };
}
