import { createRoute, type z } from '@hono/zod-openapi';
import type { FeedbackTaken, Outcome } from '../../domain/model/live/feedback.ts';
import * as examples from '../examples/feedback.ts';
import { jsonBody } from '../middleware/json-body.ts';
import type { Router } from '../router.ts';
import { Feedback, FeedbackRequest } from '../schemas.ts';
import { problems } from './problems.ts';
import { json } from './responses.ts';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** An address by which outcomes are told. */
interface Told<Params> {
  readonly path: string;
  readonly tag: string;
  /** What its operation is called, after `sendFeedback`; undefined: nothing. */
  readonly by?: string;
  readonly params: z.ZodType<Params>;
  readonly tell: (owner: string, params: Params, outcomes: readonly Outcome[]) => Promise<FeedbackTaken>;
}

export function feedbackRoute<Params>(
  router: Router,
  { path, tag, by = '', params, tell }: Told<Params>,
): Router {
  const route = createRoute({
    operationId: `sendFeedback${by}`,
    method: 'post',
    path,
    tags: [tag],
    summary: 'Tell what really happened, by the ids or keys of kept predictions',
    description:
      'Of two outcomes for a prediction the later one counts. Keys that nothing is kept under are no error: the answer says how many there were.',
    middleware: jsonBody(MAX_BODY_BYTES),
    request: {
      params: params as unknown as z.ZodObject,
      body: {
        required: true,
        content: { 'application/json': { schema: FeedbackRequest, example: examples.feedbackRequest } },
      },
    },
    responses: {
      200: json(Feedback, 'What became of them', examples.feedback),
      ...problems(401, 404, 408, 410, 413, 415),
    },
  });
  return router.openapi(route, async (c) => {
    const outcomes = c.req
      .valid('json')
      .outcomes.map(({ prediction_id, key, actual }) => ({ key: prediction_id ?? (key as string), actual }));
    return c.json(await tell(c.get('owner'), c.req.valid('param') as Params, outcomes), 200);
  });
}
