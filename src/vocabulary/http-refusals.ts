/** Why the HTTP parser refused what should have become a request. */
export const HTTP_REFUSALS = [
  'invalid_request',
  'request_timeout',
  'too_large',
  'headers_too_large',
] as const;
export type HttpRefusal = (typeof HTTP_REFUSALS)[number];
