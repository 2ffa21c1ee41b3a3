import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { Client, ModelAddress } from '../client/index.ts';
import { DRIFT_WINDOWS } from '../vocabulary/windows.ts';
import { ADDING, READING, resultOf } from './result.ts';

const MAX_ROWS = 100;

const model = z
  .string()
  .describe('An artifact’s id, or a name with an alias or a version: churn@production, churn@3');

function addressOf(text: string): ModelAddress {
  const [name = '', behind] = text.split('@');
  if (behind === undefined) return { id: text };
  return /^\d+$/.test(behind) ? { name, version: Number(behind) } : { name, alias: behind };
}

export function registerModelTools(server: McpServer, api: Client): void {
  server.registerTool(
    'predict',
    {
      description: 'Ask a model for rows; with explain, what each column adds to each answer',
      inputSchema: {
        model,
        rows: z.array(z.record(z.string(), z.unknown())).min(1).max(MAX_ROWS),
        explain: z.boolean().default(false),
      },
      annotations: READING,
    },
    ({ model: text, rows, explain }) =>
      resultOf(api.predictRows(addressOf(text), rows, explain ? { contributions: true } : {})),
  );

  server.registerTool(
    'list_models',
    {
      description: 'Names that models are kept under, with their versions and aliases',
      inputSchema: { limit: z.number().int().min(1).max(50).default(10) },
      annotations: READING,
    },
    ({ limit }) => resultOf(api.listModels({ limit })),
  );

  server.registerTool(
    'keep_model',
    {
      description:
        'Keep the model of a successful run under a name, as its next version, and let an alias such as production stand for it',
      inputSchema: { name: z.string(), run_id: z.uuid(), alias: z.string().optional() },
      annotations: { ...ADDING, idempotentHint: true },
    },
    ({ name, run_id, alias }) => {
      const keep = async () => {
        const kept = await api.registerModelVersion({ name, modelVersionRequest: { run_id } });
        if (alias === undefined) return kept;
        return await api.setModelAlias({ name, alias, modelAliasRequest: { version: kept.version } });
      };
      return resultOf(keep());
    },
  );

  server.registerTool(
    'model_drift',
    {
      description:
        'How far the rows that a model is asked for have drifted from its training data, column by column',
      inputSchema: { artifact_id: z.uuid(), window: z.enum(DRIFT_WINDOWS).default('24h') },
      annotations: READING,
    },
    ({ artifact_id, window }) => resultOf(api.getArtifactDrift({ id: artifact_id, window })),
  );
}
