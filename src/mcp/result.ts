import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { ApiProblem } from '../client/index.ts';

/** What a tool found, or the problem in the API's own words: what to do about it is for the agent to decide. */
export async function resultOf(answer: Promise<object>): Promise<CallToolResult> {
  try {
    const structuredContent = { ...(await answer) };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, detail, retryAfter, trace_id } = error;
    const told = {
      code,
      detail,
      trace_id,
      ...(retryAfter !== undefined && { retry_after_seconds: retryAfter }),
    };
    return { isError: true, content: [{ type: 'text', text: JSON.stringify(told) }] };
  }
}

/** Of tools that change nothing. */
export const READING = { readOnlyHint: true, openWorldHint: false } as const;
/** Of tools that add something and take nothing away. */
export const ADDING = { readOnlyHint: false, destructiveHint: false, openWorldHint: false } as const;
