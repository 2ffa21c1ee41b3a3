import { buildCommand } from '@stricli/core';
import type { TrainingRunComparison } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { type Output, seconds } from '../output.ts';

interface CompareFlags extends Flags {
  readonly limit: number;
}

export const compare = buildCommand({
  docs: {
    brief: 'Put training runs of a dataset side by side',
    fullDescription: `Put training runs of a dataset side by side: what they were asked for, their figures and which is best by each, how much each column matters to them. They predict the same target. With --quiet, the runs that are best by the first figure.

Examples:
  mlops-backend compare RUN RUN
  mlops-backend compare $(mlops-backend runs --dataset DATASET --status succeeded --limit 10 --quiet)
  mlops-backend compare RUN RUN --json | jq '.params[] | select(.differs)'`,
  },
  parameters: {
    positional: {
      kind: 'array',
      parameter: { parse: String, placeholder: 'run', brief: 'Ids of runs, at most ten' },
      minimum: 1,
    },
    flags: {
      ...commonFlags,
      limit: {
        kind: 'parsed',
        parse: Number,
        default: '20',
        placeholder: 'N',
        brief: 'At most so many columns, those that matter most',
      },
    },
    aliases: { ...commonAliases, n: 'limit' },
  },
  async func(this: Context, flags: CompareFlags, ...ids: string[]) {
    const output = outputOf(this, flags);
    const client = clientOf(this, flags);
    const { signal } = this;
    const { dataset_id: id } = await client.getTrainingRun({ id: ids[0] as string }, { signal });
    const compared = await client.compareTrainingRuns({ id, ids: ids.join() }, { signal });
    if (!compared.measured_on_same_rows)
      output.note('The figures were measured on different rows: a part of every difference is chance.');
    output.result(
      compared,
      () => sideBySide(compared, flags.limit, output),
      () => compared.metrics[0]?.best.join('\n') ?? '',
    );
  },
});

/** A column a run, called by its number in the first of the tables. */
function sideBySide(
  { target, task, runs, params, metrics, importances }: TrainingRunComparison,
  limit: number,
  output: Output,
): string {
  const numbers = runs.map((_, i) => String(i + 1));
  const below = (title: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : [output.table([title, ...numbers], rows)];
  return [
    `${task} of ${target}`,
    output.table(
      ['', 'RUN', 'STATUS', 'TOOK', 'QUEUED'],
      runs.map(({ id, status, duration_seconds, queued_at }, i) => [
        String(i + 1),
        id,
        status,
        seconds(duration_seconds),
        queued_at,
      ]),
    ),
    ...below(
      'PARAMETER (≠ differs)',
      params.map(({ name, differs, values }) => [`${differs ? '≠' : ' '} ${name}`, ...values.map(text)]),
    ),
    ...below(
      'FIGURE (* best)',
      metrics.map(({ name, values, best }) => [
        name,
        ...values.map((value, i) => `${figure(value)}${best.includes(runs[i]?.id ?? '') ? ' *' : ''}`),
      ]),
    ),
    ...below(
      'IMPORTANCE',
      importances.slice(0, limit).map(({ feature, values }) => [feature, ...values.map(figure)]),
    ),
  ].join('\n\n');
}

const figure = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(4))));

const text = (value: unknown): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
