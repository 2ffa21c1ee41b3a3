import type { Problem } from './generated/types.gen.ts';

export type ProblemCode = Problem['code'];

/** What the service answered instead of doing it (RFC 9457); `message` is a sentence for people. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Undefined when somebody before the service has answered, such as a proxy. */
  readonly code: ProblemCode | undefined;
  readonly detail: string;
  /** Leads to the service's log lines and its trace of the request. */
  readonly trace_id: string | undefined;
  /** Seconds until another try is worth it, where the service said so. */
  readonly retryAfter: number | undefined;

  /** @param body as it was read: of a problem an object, else text */
  constructor(response: Response, body: unknown) {
    const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {};
    const detail = problem.detail ?? `The service answered ${response.status} ${response.statusText}.`;
    super(detail);
    this.name = 'ApiProblem';
    this.status = response.status;
    this.code = problem.code;
    this.detail = detail;
    this.trace_id = problem.trace_id;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    this.retryAfter = Number.isNaN(seconds) ? undefined : seconds;
  }

  /** Whether it may be over by itself. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

/** Nobody answered: the service is not there, or the connection broke. */
export class ConnectionError extends Error {
  constructor(url: string, options: ErrorOptions) {
    super(`The service at ${url} does not answer.`, options);
    this.name = 'ConnectionError';
  }
}

/**
 * What a call has failed of, as its caller should see it.
 * @param response undefined when there was none
 * @param request undefined when there was not even that
 */
export function toClientError(
  error: unknown,
  response: Response | undefined,
  request: Request | undefined,
  url: string,
): unknown {
  if (response && !response.ok) return new ApiProblem(response, error);
  if (!request || request.signal.aborted || error instanceof SyntaxError) return error;
  return new ConnectionError(url, { cause: error });
}
