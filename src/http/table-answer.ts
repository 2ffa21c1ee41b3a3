import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { PredictBatch } from '../domain/model/predict-batch.ts';
import { AppError } from '../errors.ts';
import type { Env } from './router.ts';
import { bodyBytes } from './upload-body.ts';

const TABLE_TYPES = { 'text/csv': 'csv', 'text/tab-separated-values': 'tsv' } as const;
const ANSWER_TYPES = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' } as const;

/** Where the JSON of rows would have a warning. */
export const DRIFT_HEADER = 'Model-Drift';

/** The format of a table by its content type; undefined for what is no table. */
export function tableTypeOf(contentType: string): 'csv' | 'tsv' | undefined {
  const essence = contentType.split(';', 1)[0]!.trim().toLowerCase();
  return Object.hasOwn(TABLE_TYPES, essence) ? TABLE_TYPES[essence as keyof typeof TABLE_TYPES] : undefined;
}

/**
 * Predicts the table in the request's body; the answer is in the first of its formats that `Accept` allows, or CSV.
 *
 * @param level of the intervals beside the predictions; undefined: there are none
 */
export async function answerTable(
  predictBatch: PredictBatch,
  c: Context<Env, string>,
  artifactId: string,
  level: number | undefined,
): Promise<Response> {
  const from = tableTypeOf(c.req.header('content-type') ?? '');
  if (!from) throw new AppError('unsupported_format', `A table is ${Object.keys(TABLE_TYPES).join(' or ')}.`);
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
    to: ANSWER_TYPES[contentType],
    level,
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
