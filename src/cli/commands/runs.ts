import { buildCommand } from '@stricli/core';
import type { TrainingRun } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { takeItems } from '../items.ts';
import { type Output, quality, seconds } from '../output.ts';

interface RunsFlags extends Flags {
  readonly limit: number;
}

export const runs = buildCommand({
  docs: {
    brief: 'List training runs, or show one',
    fullDescription: `List training runs, newest first, or show one.

Examples:
  mlops-backend runs
  mlops-backend runs --limit 500 --json | jq '.[] | select(.status == "failed")'
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
    const found = await takeItems(client.runs(), flags.limit);
    output.result(
      found,
      () => list(found, output),
      () => found.map((run) => run.id).join('\n'),
    );
  },
});

const STYLES = {
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
  running: 'cyan',
  queued: 'gray',
} as const;

const list = (found: readonly TrainingRun[], output: Output): string =>
  found.length === 0
    ? 'No runs yet. Begin with: mlops-backend train DATASET --watch'
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
