const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** What an agent's client sends, as it is sent. */
export const postMcp = (origin: string, body: string, headers: Record<string, string> = {}) =>
  fetch(new URL('/mcp', origin), { method: 'POST', headers: { ...HEADERS, ...headers }, body });

/** An agent calls a tool. */
export const callTool = (
  origin: string,
  name: string,
  args: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = {},
) =>
  postMcp(
    origin,
    JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: args } }),
    headers,
  );
