import { type Context, Hono } from 'hono';
import { AppError } from '../../errors.ts';
import { activeTraceId } from '../../telemetry/span.ts';
import { isJson, jsonBody } from '../middleware/json-body.ts';
import { originOf } from '../views.ts';

export const MCP_PATH = '/mcp';
/** A table, and what is around it. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface McpRouteDeps {
  readonly version: string;
  /** Whose pages may call, besides our own. */
  readonly corsOrigins: readonly string[];
  /** Answers what a tool asks of the API. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/**
 * The Model Context Protocol by streamable HTTP, without sessions: whatever process a request comes to can answer it. The
 * key that a request carries is the one its tools call the API with.
 */
export function mcpRoutes({ version, corsOrigins, fetch }: McpRouteDeps): Hono {
  const app = new Hono();
  app.post(MCP_PATH, jsonBody(MAX_BODY_BYTES), async (c) => {
    const origin = c.req.header('origin');
    // A page of somebody else's must not talk to a service on its visitor's machine.
    if (origin !== undefined && origin !== originOf(c.req.url) && !corsOrigins.includes(origin))
      throw new AppError('forbidden', 'This origin may not call.');
    // Loaded when the first agent comes.
    const [{ WebStandardStreamableHTTPServerTransport }, { createMcpServer }, { Client }] = await Promise.all(
      [
        import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
        import('../../mcp/server.ts'),
        import('../../client/index.ts'),
      ],
    );
    const [, key] = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const api = new Client({
      url: originOf(c.req.url),
      ...(key !== undefined && { key }),
      fetch: async (input, init) => abortable(fetch, new Request(input, init)),
    });
    const transport = new WebStandardStreamableHTTPServerTransport();
    const server = createMcpServer(api, version);
    // The response ends with the last answer, and nothing refers to the server then.
    await server.connect(transport);
    const answer = await transport.handleRequest(c.req.raw, { parsedBody: await bodyOf(c) });
    return answer.ok ? answer : withTraceId(answer);
  });
  // Without sessions there is nothing to listen to and nothing to end.
  app.on(['GET', 'DELETE'], MCP_PATH, () => {
    throw new AppError('method_not_allowed', 'Send requests by POST; there are no sessions here.');
  });
  return app;
}

/** Null, which is no message: what is not JSON, and nothing of what does not say that it is, for its size is not limited. */
async function bodyOf({ req }: Context): Promise<unknown> {
  if (!isJson(req.header('content-type'))) return null;
  try {
    return JSON.parse(await req.text());
  } catch {
    return null;
  }
}

/** Of a request that the protocol refuses: its error has no place for a trace but `data`. */
async function withTraceId(refusal: Response): Promise<Response> {
  const { error, ...message } = (await refusal.json()) as { error: object };
  const body = { ...message, error: { ...error, data: { trace_id: activeTraceId() } } };
  return Response.json(body, refusal);
}

/** As over a network: an answer that is still being read breaks off where its request is given up. */
async function abortable(fetch: McpRouteDeps['fetch'], request: Request): Promise<Response> {
  const response = await fetch(request);
  return response.body === null
    ? response
    : new Response(response.body.pipeThrough(new TransformStream(), { signal: request.signal }), response);
}
