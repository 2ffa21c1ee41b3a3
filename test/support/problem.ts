import { expect } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts';

/** What must never reach a client. */
const LEAKS =
  /\bat .+:\d+:\d+|node_modules|file:\/\/|\/(tmp|home|var|root|work)\/|select .* from|insert into|\.ts\b/i;

/** Fails unless the answer is this problem, well-formed and telling nothing of our insides; gives its detail. */
export async function expectProblem(response: Response, status: number, code: ProblemCode): Promise<string> {
  const text = await response.text();
  expect([response.status, response.headers.get('content-type'), text]).toEqual([
    status,
    'application/problem+json',
    expect.stringContaining(`"code":"${code}"`),
  ]);
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: expect.any(String), status, code, title: PROBLEMS[code].title });
  expect(problem['detail']).toEqual(expect.stringMatching(/\S/));
  expect(text).not.toMatch(LEAKS);
  return problem['detail'] as string;
}
