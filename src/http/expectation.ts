import { problemResponse } from './problem.ts';
import type { Fetch } from './server.ts';

/** RFC 9110 §10.1.1: the one expectation there is. */
const KNOWN = /^(100-continue)?$/i;

/** Refuses a request that expects anything else. */
export const meetingExpectations =
  (fetch: Fetch): Fetch =>
  (request, env) => {
    const { expect } = env.incoming.headers;
    return expect === undefined || KNOWN.test(expect)
      ? fetch(request, env)
      : problemResponse('expectation_failed', 'The only expectation that can be met is 100-continue.');
  };
