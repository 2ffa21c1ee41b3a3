import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { Client } from '../client/index.ts';
import { MODES } from '../vocabulary/modes.ts';
import { ADDING, READING, resultOf } from './result.ts';

/** Longer ones are sent to the API, in which there is no agent's context to fill. */
const MAX_TABLE_CHARACTERS = 2_000_000;

export function registerTableTools(server: McpServer, api: Client): void {
  server.registerTool(
    'upload_table',
    {
      description:
        'Upload a small table, as CSV or as JSON, one object a line. Answers with its profile: columns, what they are read as, first rows, warnings.',
      inputSchema: {
        name: z.string().describe('A file name, such as churn.csv or churn.ndjson'),
        text: z.string().max(MAX_TABLE_CHARACTERS),
        mode: z.enum(MODES).default('light'),
        options: z
          .record(z.string(), z.unknown())
          .optional()
          .describe('How it is to be read where that shall not be found out, such as {"decimal":","}'),
      },
      annotations: ADDING,
    },
    ({ name, text, mode, options }, { signal }) =>
      resultOf(api.upload(new Blob([text]), { name, mode, signal, ...(options && { options }) })),
  );

  server.registerTool(
    'list_datasets',
    {
      description: 'Uploaded tables, newest first',
      inputSchema: {
        q: z.string().optional().describe('Part of the name or the note'),
        limit: z.number().int().min(1).max(50).default(10),
      },
      annotations: READING,
    },
    ({ q, limit }) => resultOf(api.listDatasets({ limit, ...(q && { q }) })),
  );

  server.registerTool(
    'profile_dataset',
    {
      description:
        'A table: its columns, what they are read as, how many values are missing or different, how they are spread (histogram, quartiles, most frequent values), warnings',
      inputSchema: { dataset_id: z.uuid() },
      annotations: READING,
    },
    ({ dataset_id }) => resultOf(api.getDataset({ id: dataset_id })),
  );
}
