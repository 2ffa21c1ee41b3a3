import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { Client } from '../client/index.ts';
import { READING, resultOf } from './result.ts';

export function registerServiceTools(server: McpServer, api: Client): void {
  server.registerTool(
    'list_alerts',
    {
      description: 'What fires now, where an Alertmanager is known, and what else may fire',
      inputSchema: {},
      annotations: READING,
    },
    () => {
      const list = async () => {
        const { alertmanager, items } = await api.listAlerts();
        return {
          alertmanager,
          firing: items.filter(({ firing }) => firing.length > 0),
          others: items.filter(({ firing }) => firing.length === 0).map(({ name }) => name),
        };
      };
      return resultOf(list());
    },
  );

  server.registerTool(
    'explain_alert',
    {
      description:
        'Why an alert fires: its expression, its runbook (what it means, where to look, what to do), and the figures that it looks at, as this process exports them now',
      inputSchema: { name: z.string().describe('Such as UploadsRefused') },
      annotations: READING,
    },
    ({ name }) => resultOf(api.getAlert({ name })),
  );

  server.registerTool(
    'service_metrics',
    {
      description: 'The last hour of up to 20 metrics that the service exports, a sample every 15 s',
      inputSchema: {
        metrics: z
          .array(z.string())
          .min(1)
          .max(20)
          .describe(
            'Such as mlops_backend_training_runs_waiting; of a histogram its _bucket, _sum or _count',
          ),
      },
      annotations: READING,
    },
    ({ metrics }) => resultOf(api.getServiceMetrics({ metric: metrics })),
  );
}
