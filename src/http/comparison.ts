import { z } from '@hono/zod-openapi';
import { type Comparison as Compared, MAX_COMPARED } from '../domain/training/compare.ts';
import { TASKS } from '../vocabulary/modes.ts';
import { RUN_ID } from './examples/ids.ts';
import { query } from './named-fields.ts';
import type { GrafanaLinks } from './run-links.ts';
import { TrainingRun } from './schemas.ts';
import { runView } from './views.ts';

export const CompareQuery = query({
  ids: z
    .string()
    .default('')
    .transform((text) => [...new Set(text.split(','))])
    .refine((ids) => ids.length <= MAX_COMPARED, `at most ${MAX_COMPARED} runs are compared`)
    .openapi({
      param: {
        name: 'ids',
        required: true,
        in: 'query',
        example: RUN_ID,
        description: `Ids of runs, at most ${MAX_COMPARED}, with commas`,
      },
      type: 'string',
    }),
});

const id = z.string().openapi({ format: 'uuid' });
const figures = z.array(z.number().nullable());

export const Comparison = z
  .object({
    dataset_id: id,
    target: z.string(),
    task: z.enum(TASKS),
    runs: z.array(
      TrainingRun.pick({
        id: true,
        status: true,
        artifact_id: true,
        queued_at: true,
        duration_seconds: true,
        warnings: true,
        error: true,
        tags: true,
        note: true,
      }),
    ),
    measured_on_same_rows: z.boolean(),
    params: z.array(z.object({ name: z.string(), differs: z.boolean(), values: z.array(z.unknown()) })),
    metrics: z.array(
      z.object({ name: z.string(), better: z.enum(['higher', 'lower']), values: figures, best: z.array(id) }),
    ),
    importances: z.array(z.object({ feature: z.string(), values: figures })),
  })
  .openapi('TrainingRunComparison');

export function comparisonView(
  dataset_id: string,
  { runs, params, metrics, importances, ...same }: Compared,
  grafana: GrafanaLinks | undefined,
): z.infer<typeof Comparison> {
  return {
    dataset_id,
    ...same,
    runs: runs.map((run) => {
      const { id, status, artifact_id, queued_at, duration_seconds, ...shown } = runView(run, grafana);
      const { warnings, error, tags, note } = shown;
      return { id, status, artifact_id, queued_at, duration_seconds, warnings, error, tags, note };
    }),
    params: params.map(({ values, ...param }) => ({ ...param, values: [...values] })),
    metrics: metrics.map(({ values, best, ...metric }) => ({
      ...metric,
      values: [...values],
      best: [...best],
    })),
    importances: importances.map(({ feature, values }) => ({ feature, values: [...values] })),
  };
}
