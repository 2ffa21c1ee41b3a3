import { buildCommand } from '@stricli/core';
import { isRun, type TrainingRequest, type TrainingRun } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { RunFailed } from '../errors.ts';
import { jsonObject } from '../json-object.ts';
import { quality, seconds } from '../output.ts';

interface TrainFlags extends Flags {
  readonly mode: 'light' | 'heavy';
  readonly target?: string;
  readonly task?: 'classification' | 'regression';
  readonly seed?: number;
  readonly params?: Record<string, unknown>;
  readonly watch: boolean;
}

export const train = buildCommand({
  docs: {
    brief: 'Train a model on a dataset',
    fullDescription: `Train a model on a dataset. With --watch the command ends with the run: exit code 3 says that it did not succeed.

Examples:
  mlops-backend train DATASET --watch
  mlops-backend train DATASET --mode heavy --target churned --seed 7
  mlops-backend train DATASET --params '{"split": {"kind": "time", "column": "day"}}'
  mlops-backend train "$(mlops-backend upload -q churn.csv)" --watch --json | jq -r .artifact_id`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'dataset', brief: 'Its id' }],
    },
    flags: {
      ...commonFlags,
      mode: { kind: 'enum', values: ['light', 'heavy'], default: 'light', brief: 'How much work is done' },
      target: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'COLUMN',
        brief: 'The column to predict [target, label or y]',
      },
      task: {
        kind: 'enum',
        values: ['classification', 'regression'],
        optional: true,
        brief: 'What kind of model [as the target’s values are]',
      },
      seed: {
        kind: 'parsed',
        parse: Number,
        optional: true,
        placeholder: 'N',
        brief: 'To train the same again',
      },
      params: {
        kind: 'parsed',
        parse: jsonObject,
        optional: true,
        placeholder: 'JSON',
        brief: 'How it is trained: docs/models.md',
      },
      watch: { kind: 'boolean', default: false, withNegated: false, brief: 'Wait until it has ended' },
    },
    aliases: { ...commonAliases, w: 'watch' },
  },
  async func(this: Context, flags: TrainFlags, dataset: string) {
    const output = outputOf(this, flags);
    const client = clientOf(this, flags);
    const { mode, target, task, seed, params } = flags;
    const trainingRequest: TrainingRequest = {
      dataset_id: dataset,
      mode,
      ...(target !== undefined && { target }),
      ...(task !== undefined && { task }),
      ...(seed !== undefined && { seed }),
      ...(params !== undefined && { params }),
    };
    const queued = await client.createTrainingRun({ trainingRequest }, { signal: this.signal });
    if (!flags.watch) {
      output.result(
        queued,
        () => `${queued.id}  queued; see: mlops-backend runs ${queued.id}`,
        () => queued.id,
      );
      return;
    }
    output.note(`Run ${queued.id}: ${queued.task} of ${queued.target}`);
    let status = '';
    const run = await client.waitForRun(queued.id, {
      signal: this.signal,
      onEvent: (event) => {
        if (isRun(event) && event.status !== status) output.note(`  ${event.status}`);
        status = isRun(event) ? event.status : status;
        output.progress(event.status, event.progress);
      },
    });
    for (const { message } of run.warnings) output.note(`Warning: ${message}`);
    output.result(
      run,
      () => ended(run),
      () => run.artifact_id ?? run.id,
    );
    if (run.status !== 'succeeded') throw new RunFailed(`The run ended as ${run.status}.`);
  },
});

const ended = (run: TrainingRun): string =>
  run.status === 'succeeded'
    ? `${run.artifact_id}  ${quality(run.metrics)}, in ${seconds(run.duration_seconds)}`
    : `${run.id}  ${run.status}: ${run.error ?? ''}`;
