import { buildCommand } from '@stricli/core';
import type { TrainingRun } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { takeItems } from '../items.ts';
import { type Output, quality, seconds } from '../output.ts';

const STYLES = {
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
  running: 'cyan',
  queued: 'gray',
} as const;
const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
const SORTS = ['created_at', '-created_at', 'finished_at', '-finished_at', 'duration', '-duration'] as const;

interface RunsFlags extends Flags {
  readonly limit: number;
  readonly status?: (typeof STATUSES)[number];
  readonly dataset?: string;
  readonly target?: string;
  readonly tag?: readonly string[];
  readonly sort?: (typeof SORTS)[number];
}

const text = (placeholder: string) =>
  ({ kind: 'parsed', parse: String, optional: true, placeholder }) as const;

export const runs = buildCommand({
  docs: {
    brief: 'List training runs, or show one',
    fullDescription: `List training runs, newest first, or show one.

Examples:
  mlops-backend runs
  mlops-backend runs --status failed --limit 500 --json | jq '.[].error'
  mlops-backend runs --dataset DATASET --sort=-duration
  mlops-backend runs RUN`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'run', brief: 'Its id', optional: true }],
    },
    flags: {
      ...commonFlags,
      limit: { kind: 'parsed', parse: Number, default: '20', placeholder: 'N', brief: 'At most so many' },
      status: { kind: 'enum', values: STATUSES, optional: true, brief: 'Only those in this state' },
      dataset: { ...text('ID'), brief: 'Only those of this dataset' },
      target: { ...text('COLUMN'), brief: 'Only those that predict this column' },
      tag: {
        ...text('TAG'),
        variadic: true,
        brief: 'Only those with this tag, as key or key:value; given again, with all',
      },
      sort: {
        kind: 'enum',
        values: SORTS,
        optional: true,
        brief: 'By what, the least first; =-… the greatest first [-created_at]',
      },
    },
    aliases: { ...commonAliases, n: 'limit' },
  },
  async func(this: Context, flags: RunsFlags, id?: string) {
    const output = outputOf(this, flags);
    const client = clientOf(this, flags);
    if (id !== undefined) {
      const run = await client.getTrainingRun({ id }, { signal: this.signal });
      output.result(
        run,
        () => one(run, output),
        () => run.status,
      );
      return;
    }
    const { status, dataset, target, tag, sort, limit } = flags;
    const wanted = {
      ...(status !== undefined && { status }),
      ...(dataset !== undefined && { dataset_id: dataset }),
      ...(target !== undefined && { target }),
      ...(tag !== undefined && { tag: [...tag] }),
      ...(sort !== undefined && { sort }),
    };
    const found = await takeItems(client.runs(wanted), limit);
    output.result(
      found,
      () => list(found, output),
      () => found.map((run) => run.id).join('\n'),
    );
  },
});

const list = (found: readonly TrainingRun[], output: Output): string =>
  found.length === 0
    ? 'No runs. Begin with: mlops-backend train DATASET --watch'
    : output.table(
        ['RUN', 'STATUS', 'MODE', 'TARGET', 'QUALITY', 'TOOK', 'QUEUED'],
        found.map((run) => [
          run.id,
          run.status,
          run.mode,
          run.target,
          quality(run.metrics),
          seconds(run.duration_seconds),
          run.queued_at,
        ]),
      );

const one = (run: TrainingRun, output: Output): string =>
  [
    `${run.id}  ${output.style(STYLES[run.status], run.status)}`,
    `  ${run.task} of ${run.target}, ${run.mode}, attempt ${run.attempt}`,
    run.error && `  ${run.error_type}: ${run.error}`,
    run.artifact_id && `  model ${run.artifact_id}: ${quality(run.metrics)}`,
    ...run.warnings.map(({ message }) => `  warning: ${message}`),
  ]
    .filter(Boolean)
    .join('\n');
