import { z } from '@hono/zod-openapi';
import { PROBLEMS, type ProblemCode } from '../../errors.ts';
import { Problem, RETRY_AFTER_SECONDS } from '../problem.ts';
import type { Router } from '../router.ts';

/** The answers in errors as OpenAPI describes them: once for all routes, by status. */

const ANSWERS = {
  400: {
    name: 'InvalidRequest',
    description: 'Malformed request',
    detail: 'limit: Too big: expected number to be <=100',
  },
  401: {
    name: 'Unauthorized',
    description: 'No valid key',
    detail: 'Send a valid key as "Authorization: Bearer …".',
  },
  404: {
    name: 'NotFound',
    description: 'No such thing, or not yours',
    detail: 'There is no such dataset.',
  },
  408: {
    name: 'RequestTimeout',
    description: 'Not sent in time',
    detail: 'The body did not arrive in time.',
  },
  409: {
    name: 'Conflict',
    description: 'Not in its present state',
    detail: 'The run has already ended (succeeded).',
  },
  410: {
    name: 'Gone',
    description: 'Removed by the retention',
    detail: 'The model was removed by the retention.',
  },
  413: {
    name: 'TooLarge',
    description: 'Too large',
    detail: 'The request is larger than 1048576 bytes.',
  },
  415: {
    name: 'UnsupportedFormat',
    description: 'Unsupported format',
    detail: 'A table is text/csv or text/tab-separated-values.',
  },
  416: {
    name: 'RangeNotSatisfiable',
    description: 'The range lies outside the file',
    detail: 'The file has 362 bytes.',
  },
  422: {
    name: 'UnusableData',
    description: 'Well-formed, but unusable data',
    detail: 'The file is empty.',
  },
  500: {
    name: 'Internal',
    description: 'A fault of the service; its log has more, under the trace id',
    detail: 'Something went wrong on our side.',
  },
  503: {
    name: 'Unavailable',
    description: 'A dependency is down or out of space, or too many others are being served',
    detail: 'The storage does not answer; try again later.',
  },
} as const;

type Status = keyof typeof ANSWERS;

type Header = {
  readonly description: string;
  readonly schema: { readonly type: 'string' | 'integer' };
  readonly example: string | number;
};
const HEADERS: Partial<Record<Status, Record<string, Header>>> = {
  401: {
    'WWW-Authenticate': {
      description: 'What to send',
      schema: { type: 'string' },
      example: 'Bearer realm="mlops-backend"',
    },
  },
  503: {
    'Retry-After': {
      description: 'Seconds until another try is worth it',
      schema: { type: 'integer' },
      example: RETRY_AFTER_SECONDS,
    },
  },
};

/** Whatever a route does, it may fail of these; each refuses a query that it does not know with 400. */
const ALWAYS: readonly Status[] = [400, 500, 503];

/** The problems a route can answer with. */
export const problems = (...statuses: Status[]) =>
  Object.fromEntries(
    [...ALWAYS, ...statuses].map((status) => [
      status,
      { $ref: `#/components/responses/${ANSWERS[status].name}` },
    ]),
  );

/** What the routes' descriptions refer to: for each status the codes it comes with, and an example. */
export function registerProblems(registry: Router['openAPIRegistry']): void {
  for (const status of Object.keys(ANSWERS).map(Number) as Status[]) {
    const { name, description, detail } = ANSWERS[status];
    const codes = Object.entries(PROBLEMS).flatMap(([code, problem]) =>
      problem.status === status ? [code as ProblemCode] : [],
    );
    const [code] = codes as [ProblemCode];
    registry.register(`${name}Problem`, Problem.extend({ status: z.literal(status), code: z.enum(codes) }));
    registry.registerComponent('responses', name, {
      description,
      ...(HEADERS[status] && { headers: HEADERS[status] }),
      content: {
        'application/problem+json': {
          schema: { $ref: `#/components/schemas/${name}Problem` },
          example: {
            type: 'about:blank',
            title: PROBLEMS[code].title,
            status,
            detail,
            code,
            trace_id: '86080a48b198ab34847dc5679e37ad57',
          },
        },
      },
    });
  }
}
