import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { buildCommand } from '@stricli/core';
import type { ModelAddress } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { CliError } from '../errors.ts';
import { sourceOf } from '../source.ts';

interface PredictFlags extends Flags {
  readonly row?: readonly Record<string, unknown>[];
  readonly interval?: number;
  readonly key?: string;
  readonly keep?: boolean;
  readonly out?: string;
}

export const predict = buildCommand({
  docs: {
    brief: 'Predict a table, or single rows',
    fullDescription: `Predict a table, or single rows. The answer is CSV, a line a row; with --json NDJSON for a table and JSON for rows.

Examples:
  mlops-backend predict churn@production customers.csv > predictions.csv
  mlops-backend predict churn@3 customers.tsv --out predictions.csv
  mlops-backend predict prices@production flats.csv --interval 0.9
  mlops-backend predict churn@production customers.csv --key customer_id > predictions.csv
  mlops-backend predict ARTIFACT --row '{"tenure_months": 2, "plan": "basic", "support_calls": 6}'`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: modelOf, placeholder: 'model', brief: 'An artifact’s id, NAME@ALIAS or NAME@VERSION' },
        {
          parse: String,
          placeholder: 'file',
          brief: 'The table, in any format that is uploaded; - reads standard input',
          optional: true,
        },
      ],
    },
    flags: {
      ...commonFlags,
      row: {
        kind: 'parsed',
        parse: rowOf,
        variadic: true,
        optional: true,
        placeholder: 'JSON',
        brief: 'A row instead of a table; as often as you like',
      },
      interval: {
        kind: 'parsed',
        parse: Number,
        optional: true,
        placeholder: 'LEVEL',
        brief: 'Of a regression: bounds that the true value is within as often, such as 0.9',
      },
      key: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'COLUMN',
        brief: 'Keeps the predictions under the keys in this column, so that their outcomes can be told',
      },
      keep: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Keeps them without keys, under ids that stand behind the predictions',
      },
      out: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'FILE',
        brief: 'Where the answer goes',
      },
    },
    aliases: { ...commonAliases, o: 'out' },
  },
  async func(this: Context, flags: PredictFlags, model: ModelAddress, file?: string) {
    const client = clientOf(this, flags);
    const { interval, key, keep } = flags;
    if (flags.row?.length) {
      if (file !== undefined) throw new CliError('Either a table or rows, not both.');
      const wishes = {
        ...(interval !== undefined && { intervals: interval }),
        ...(key !== undefined && { keys: flags.row.map((row) => String(row[key] ?? '')) }),
        ...(keep && { keep }),
      };
      const answer = await client.predictRows(model, [...flags.row], wishes);
      const output = outputOf(this, flags);
      for (const { message } of answer.warnings ?? []) output.note(`Warning: ${message}`);
      const boundsOf = (row: number) => answer.intervals?.slice(row, row + 1) ?? [];
      output.result(answer, () =>
        answer.predictions
          .map((value, row) => [
            value,
            ...boundsOf(row).flatMap(({ lower, upper }) => [lower, upper]),
            ...(answer.prediction_ids?.slice(row, row + 1) ?? []),
          ])
          .map((cells) => cells.join())
          .join('\n'),
      );
      return;
    }
    if (file === undefined) throw new CliError('Name a table, or give a row with --row.');
    const answer = await client.predictStream(model, await sourceOf(this, file), {
      type: file.endsWith('.tsv') ? 'text/tab-separated-values' : 'text/csv',
      accept: flags.json ? 'application/x-ndjson' : 'text/csv',
      ...(interval !== undefined && { interval }),
      ...(key !== undefined && { key }),
      ...(keep && { keep }),
      signal: this.signal,
    });
    const target = flags.out === undefined ? this.process.stdout : createWriteStream(flags.out);
    await answer.pipeTo(Writable.toWeb(target) as WritableStream<Uint8Array>, {
      preventClose: flags.out === undefined,
    });
  },
});

function modelOf(text: string): ModelAddress {
  const at = text.indexOf('@');
  if (at < 0) return { id: text };
  const [name, behind] = [text.slice(0, at), text.slice(at + 1)];
  return /^\d+$/.test(behind) ? { name, version: Number(behind) } : { name, alias: behind };
}

function rowOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Error(`no JSON: ${text}`);
  }
}
