import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Client } from '../client/index.ts';
import { registerModelTools } from './models.ts';
import { registerServiceTools } from './service.ts';
import { registerTableTools } from './tables.ts';
import { traceTools } from './trace-tools.ts';
import { registerTrainingTools } from './training.ts';

const INSTRUCTIONS = `Tables are uploaded (upload_table) or already there (list_datasets). Look at one with profile_dataset before training: its columns, what they are read as, and warnings. train starts a run, watch_run waits for it, explain_run says how good the model is and why; predict asks the model. Models that shall stay have a name (keep_model). When an alert fires, explain_alert says what it means, what to do, and what its figures are now. Figures are of rows that the model did not see.`;

/** The service for agents: each tool calls the API, so that keys, limits, checks and counts are the API's own. */
export function createMcpServer(api: Client, version: string): McpServer {
  const server = new McpServer({ name: 'mlops-backend', version }, { instructions: INSTRUCTIONS });
  traceTools(server);
  registerTableTools(server, api);
  registerTrainingTools(server, api);
  registerModelTools(server, api);
  registerServiceTools(server, api);
  return server;
}
