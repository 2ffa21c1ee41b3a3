import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { type Client, isRun } from '../client/index.ts';
import { MODES, TASKS } from '../vocabulary/modes.ts';
import { RUN_STATUSES } from '../vocabulary/runs.ts';
import { ADDING, READING, resultOf } from './result.ts';

/** A call that lasts longer is given up by many clients. */
const LONGEST_WAIT_SECONDS = 50;

export function registerTrainingTools(server: McpServer, api: Client): void {
  server.registerTool(
    'train',
    {
      description:
        'Start a training run on a dataset. light: a linear model in seconds; heavy: boosted trees and an ensemble, up to two minutes. Answers at once with the run; watch_run waits for it.',
      inputSchema: {
        dataset_id: z.uuid(),
        mode: z.enum(MODES).default('light'),
        target: z.string().optional().describe('The column to predict; without it target, label or y'),
        task: z.enum(TASKS).optional(),
        params: z
          .record(z.string(), z.unknown())
          .optional()
          .describe('As docs/models.md has them, such as {"class_weight":"balanced"}'),
      },
      annotations: ADDING,
    },
    ({ dataset_id, mode, target, task, params }) =>
      resultOf(
        api.createTrainingRun({
          trainingRequest: {
            dataset_id,
            mode,
            ...(target !== undefined && { target }),
            ...(task && { task }),
            ...(params && { params }),
          },
        }),
      ),
  );

  server.registerTool(
    'watch_run',
    {
      description:
        'Wait for a run to end, and tell how far it is meanwhile. Answers with the run as it is when it has ended or the time is over.',
      inputSchema: {
        run_id: z.uuid(),
        wait_seconds: z.number().min(0).max(LONGEST_WAIT_SECONDS).default(30),
      },
      annotations: READING,
    },
    ({ run_id, wait_seconds }, { signal, sendNotification, _meta }) => {
      const progressToken = _meta?.progressToken;
      const watch = async () => {
        const over = AbortSignal.any([signal, AbortSignal.timeout(wait_seconds * 1000)]);
        try {
          for await (const event of api.watchRun(run_id, { signal: over })) {
            if (isRun(event) || progressToken === undefined) continue;
            const { progress, stage } = event;
            await sendNotification({
              method: 'notifications/progress',
              params: {
                progressToken,
                progress,
                total: 1,
                ...(typeof stage === 'string' && { message: stage }),
              },
            });
          }
        } catch (error) {
          if (!over.aborted) throw error;
        }
        return await api.getTrainingRun({ id: run_id });
      };
      return resultOf(watch());
    },
  );

  server.registerTool(
    'list_runs',
    {
      description: 'Training runs, newest first',
      inputSchema: {
        dataset_id: z.uuid().optional(),
        status: z.enum(RUN_STATUSES).optional(),
        limit: z.number().int().min(1).max(50).default(10),
      },
      annotations: READING,
    },
    ({ dataset_id, status, limit }) =>
      resultOf(api.listTrainingRuns({ limit, ...(dataset_id && { dataset_id }), ...(status && { status }) })),
  );

  server.registerTool(
    'explain_run',
    {
      description:
        'A run: its figures beside those of guessing, what each column matters, warnings, and where its time went',
      inputSchema: { run_id: z.uuid() },
      annotations: READING,
    },
    ({ run_id: id }) => {
      const explain = async () => {
        const [run, trace] = await Promise.all([api.getTrainingRun({ id }), api.traceTrainingRun({ id })]);
        return { run, trace };
      };
      return resultOf(explain());
    },
  );
}
