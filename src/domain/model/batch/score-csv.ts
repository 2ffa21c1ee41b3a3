import { addCounts, type InputCounts, inputCounter, type ModelDocument } from '#tabular';
import { AppError } from '../../../errors.ts';
import { withoutNa } from '../../table/plain/na-values.ts';
import { CsvTables } from './csv-tables.ts';
import type { BatchFormat } from './prediction-lines.ts';
import { linesOf, type ScoredBlock } from './score-block.ts';
import { createScorers } from './scorers.ts';

export interface BatchOptions {
  readonly from: 'csv' | 'tsv';
  readonly to: BatchFormat;
  /** Of the intervals beside the predictions; undefined: there are none. */
  readonly level?: number | undefined;
  /** Of the answer. */
  readonly maxBytes: number;
  /** That score beside the reading one. */
  readonly threads: number;
}

export interface ScoredBatch {
  readonly rows: number;
  readonly bytes: number;
  /** Time spent on the rows, without waiting for them to arrive. */
  readonly seconds: number;
  /** The inputs of all rows, for drift. */
  readonly counts: InputCounts;
}

/**
 * Scores a delimited text while it arrives. Memory does not grow with its length.
 *
 * @param pieces asked for when the model is loaded
 * @param write given the answer piece by piece, in the rows' order
 * @throws {AppError} `bad_format`, `bad_header`, `empty`, `unusable_data`; `invalid_request` for intervals that the model can't give; `too_large` when the answer would be
 */
export async function scoreCsv(
  document: ModelDocument,
  pieces: AsyncIterable<Buffer>,
  { from, to, level, maxBytes, threads }: BatchOptions,
  write: (piece: Uint8Array) => void,
): Promise<ScoredBatch> {
  await using scorers = createScorers({ document, format: to, level }, threads);
  let bytes = 0;
  const put = (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > maxBytes)
      throw new AppError('too_large', `The answer would be larger than ${maxBytes} bytes.`);
    write(piece);
  };
  /** Blocks being scored, the oldest first. */
  const underWay: Promise<ScoredBlock>[] = [];
  const counts = inputCounter(document.reference).empty();
  const putOldest = async () => {
    const scored = await underWay.shift()!;
    put(scored.text);
    addCounts(scored.counts, counts);
  };
  using tables = new CsvTables(
    document.columns,
    from,
    document.classes?.length ?? (level === undefined ? 1 : 3),
    (table) => {
      const scored = scorers.score(table);
      // Awaited when its turn comes, which it never does after an earlier failure.
      scored.catch(() => undefined);
      underWay.push(scored);
    },
  );

  let milliseconds = 0;
  const timed = async (work: () => Promise<void>) => {
    const start = performance.now();
    await work();
    milliseconds += performance.now() - start;
  };
  put(Buffer.from(linesOf({ document, format: to, level }).head));
  const { naValues: na_values } = document;
  const cleared = na_values ? withoutNa(pieces, from, { na_values }) : pieces;
  for await (const piece of cleared) {
    await timed(async () => {
      tables.push(piece);
      while (underWay.length > scorers.blocks) await putOldest();
    });
  }
  await timed(async () => {
    tables.end();
    while (underWay.length > 0) await putOldest();
  });
  return { rows: tables.rows, bytes, seconds: milliseconds / 1000, counts };
}
