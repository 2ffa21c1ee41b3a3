import type { McpServer, RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { failSpan, inSpan } from '../telemetry/span.ts';

type Call = (
  args: never,
  extra: RequestHandlerExtra<ServerRequest, ServerNotification>,
) => Promise<CallToolResult>;
type Register = (name: string, config: object, call: Call) => RegisteredTool;

/**
 * Each call of a tool that is registered from now on is a span by OpenTelemetry's conventions for the protocol. A tool that
 * fails is answered as a success, so that nothing but this span says it.
 */
export function traceTools(server: McpServer): void {
  const register = server.registerTool.bind(server) as Register;
  const traced: Register = (name, config, call) =>
    register(name, config, (args, extra) => {
      const attributes = {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': name,
        'jsonrpc.request.id': String(extra.requestId),
      } as const;
      return inSpan('tools/call {gen_ai.tool.name}', attributes, async (span) => {
        const result = await call(args, extra);
        if (result.isError) failSpan(span, 'tool_error');
        return result;
      });
    });
  server.registerTool = traced as McpServer['registerTool'];
}
