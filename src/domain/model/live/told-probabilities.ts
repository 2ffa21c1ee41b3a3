import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { keptBytes } from './kept-probabilities.ts';

/** Rows that come in one piece. */
const PIECE = 10_000;

/** Rows of which outcome and probabilities are known, as the figures of quality take them. */
export interface ToldProbabilities {
  /** Class of each row. */
  readonly actual: Int32Array;
  /** `[row * classes + class]` */
  readonly probabilities: Float64Array;
}

/** @param told rows of `kept_predictions` with an outcome */
export async function toldProbabilities(
  db: Kysely<Schema>,
  told: RawBuilder<unknown>,
  classes: number,
): Promise<ToldProbabilities> {
  const width = keptBytes(classes);
  if (width === 0 && classes > 2) return { actual: new Int32Array(), probabilities: new Float64Array() };
  // Fields of one width, one behind another: rows of their own would take many times as long to be read.
  const { rows: pieces } = await sql<{ fields: Buffer }>`
    select string_agg(
      int4send(actual_class) || int4send(class) || float8send(value) || coalesce(probabilities, ''), '') as fields
    from (select *, row_number() over () as place from (${told}) as told
      where octet_length(coalesce(probabilities, '')) = ${width}) as numbered
    group by place / ${PIECE}`.execute(db);
  return fromFields(Buffer.concat(pieces.map(({ fields }) => fields)), width, classes);
}

const [ACTUAL, CLASS, VALUE, PROBABILITIES] = [0, 4, 8, 16];

function fromFields(fields: Buffer, width: number, classes: number): ToldProbabilities {
  const most = fields.length / (PROBABILITIES + width);
  const actual = new Int32Array(most);
  const probabilities = new Float64Array(most * classes);
  let rows = 0;
  for (let at = 0; at < fields.length; at += PROBABILITIES + width) {
    const first = rows * classes;
    const predicted = first + fields.readInt32BE(at + CLASS);
    const value = fields.readDoubleBE(at + VALUE);
    if (width === 0) {
      probabilities.fill(1 - value, first, first + classes);
      probabilities[predicted] = value;
    } else {
      for (let k = 0; k < classes; k++)
        probabilities[first + k] = fields.readFloatLE(
          at + PROBABILITIES + k * Float32Array.BYTES_PER_ELEMENT,
        );
      // A process of an older version that predicted the key anew has left those of before.
      if (probabilities[predicted] !== Math.fround(value)) continue;
    }
    actual[rows] = fields.readInt32BE(at + ACTUAL);
    rows++;
  }
  return { actual: actual.subarray(0, rows), probabilities: probabilities.subarray(0, rows * classes) };
}
