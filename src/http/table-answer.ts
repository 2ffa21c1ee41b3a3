import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { PredictBatch } from '../domain/model/predict-batch.ts';
import { AppError } from '../errors.ts';
import type { Env } from './router.ts';
import { parseTableOptions } from './table-options.ts';
import { bodyBytes } from './upload-body.ts';

/** Content types of tables, each with the ending that a file of it has. */
export const TABLE_TYPES: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'ndjson',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.apache.parquet': 'parquet',
  'application/gzip': 'gz',
};
/** Where tables alone are taken. */
const JSON_ARRAY = 'application/json';
const ANSWER_TYPES = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' } as const;

/** Where the JSON of rows would have a warning. */
export const DRIFT_HEADER = 'Model-Drift';

/** The ending of a table's name by its content type; undefined for what is no table, or may be rows as well. */
export function tableTypeOf(contentType: string): string | undefined {
  const essence = essenceOf(contentType);
  return Object.hasOwn(TABLE_TYPES, essence) ? TABLE_TYPES[essence] : undefined;
}

const essenceOf = (contentType: string): string => contentType.split(';', 1)[0]!.trim().toLowerCase();

/** What is asked for beside a table. */
interface TableQuery {
  /** Of the intervals beside the predictions; undefined: there are none. */
  readonly interval?: number | undefined;
  /** The column of keys that the predictions are kept under. */
  readonly key?: string | undefined;
  /** Whether they are kept without a key, under ids in the answer. */
  readonly keep?: boolean | undefined;
  /** As JSON: how the table is written, where that is not to be found out. */
  readonly options?: string | undefined;
}

/** Predicts the table in the request's body; the answer is in the first of its formats that `Accept` allows, or CSV. */
export async function answerTable(
  predictBatch: PredictBatch,
  c: Context<Env, string>,
  artifactId: string,
  { interval: level, key, keep, options }: TableQuery,
): Promise<Response> {
  const type = c.req.header('content-type') ?? '';
  const from = tableTypeOf(type) ?? (essenceOf(type) === JSON_ARRAY ? 'json' : undefined);
  if (from === undefined)
    throw new AppError(
      'unsupported_format',
      `A table is ${[...Object.keys(TABLE_TYPES), JSON_ARRAY].join(' or ')}.`,
    );
  if (!/^(identity)?$/i.test(c.req.header('content-encoding') ?? ''))
    throw new AppError('unsupported_format', 'A table is taken only as it is, without content encoding.');
  const contentType = accepts(c, {
    header: 'Accept',
    supports: Object.keys(ANSWER_TYPES),
    default: 'text/csv',
  }) as keyof typeof ANSWER_TYPES;
  const { bytes, warnings, stream } = await predictBatch({
    owner: c.get('owner'),
    artifactId,
    from,
    options: parseTableOptions(options),
    to: ANSWER_TYPES[contentType],
    level,
    keep: key !== undefined || keep ? { key } : undefined,
    announcedBytes: Number(c.req.header('content-length') ?? 0),
    open: () => {
      // What the model's name stands for now can't have what the one before has read.
      if (c.env?.incoming?.readableDidRead)
        throw new AppError('unavailable', 'The model was removed while the table was read: send it again.');
      return bodyBytes(c);
    },
    signal: c.req.raw.signal,
  });
  const headers = {
    'content-type': contentType,
    'content-length': String(bytes),
    // A line a row has no place for it.
    ...(warnings.length > 0 && { [DRIFT_HEADER]: 'significant' }),
  };
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { headers });
}
