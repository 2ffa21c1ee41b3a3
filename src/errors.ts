/**
 * Every error a client may see: the closed set of `code`s of our problem+json answers (RFC 9457), each with
 * its HTTP status and title. Domain code throws `AppError`; only `http/` knows what a status is for.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'Invalid request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'Request timeout' },
  conflict: { status: 409, title: 'Conflict' },
  gone: { status: 410, title: 'Gone' },
  too_large: { status: 413, title: 'Payload too large' },
  unsupported_format: { status: 415, title: 'Unsupported format' },
  range_not_satisfiable: { status: 416, title: 'Range not satisfiable' },
  expectation_failed: { status: 417, title: 'Expectation failed' },
  empty: { status: 422, title: 'Empty dataset' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused' },
  bad_format: { status: 422, title: 'Malformed dataset' },
  bad_header: { status: 422, title: 'Unusable header' },
  too_few_rows: { status: 422, title: 'Too few rows' },
  too_many_empty: { status: 422, title: 'Too many empty cells' },
  unusable_data: { status: 422, title: 'Unusable data' },
  headers_too_large: { status: 431, title: 'Request header fields too large' },
  aborted: { status: 499, title: 'Client closed request' },
  internal: { status: 500, title: 'Internal error' },
  storage: { status: 503, title: 'Storage unavailable' },
  unavailable: { status: 503, title: 'Service unavailable' },
  overloaded: { status: 503, title: 'Service overloaded' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** An error whose `message` is written for the client: no path, no SQL, no stack, at most a few sentences. */
export class AppError extends Error {
  readonly code: ProblemCode;
  /** When it may be over, where that is known. */
  readonly retryAfterSeconds: number | undefined;
  /** What may be named instead, where something had to be named. */
  readonly candidates: readonly string[] | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options?: ErrorOptions & { retryAfterSeconds?: number; candidates?: readonly string[] },
  ) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
    this.candidates = options?.candidates;
  }
}

/** Why the service can't start, in a sentence for whoever starts it. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}
