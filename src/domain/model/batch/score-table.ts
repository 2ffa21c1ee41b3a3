import { addCounts, type InputCounts, inputCounter, type ModelDocument } from '#tabular';
import { AppError } from '../../../errors.ts';
import type { FileType } from '../../../vocabulary/tables.ts';
import { plainLines } from '../../table/plain/plain-lines.ts';
import { CsvTables } from './csv-tables.ts';
import { JsonTables } from './json-tables.ts';
import type { BatchFormat } from './prediction-lines.ts';
import { type Block, linesOf, type ScoredBlock } from './score-block.ts';
import { createScorers } from './scorers.ts';
import type { Tables } from './tables.ts';

/** The bytes of a table as they come; or the path of a Parquet file, which is read from its end. */
export type BatchSource = AsyncIterable<Buffer> | string;

export interface BatchOptions {
  readonly fileType: FileType;
  readonly to: BatchFormat;
  /** Of the intervals beside the predictions; undefined: there are none. */
  readonly level?: number | undefined;
  /** Of the answer, and of what the table comes to when it is decompressed. */
  readonly maxBytes: number;
  /** That score beside the reading one. */
  readonly threads: number;
  /** Unset: its predictions are not kept. */
  readonly keep?: KeepOptions | undefined;
}

export interface KeepOptions {
  /** The column that holds each row's key; undefined: each is given an id. */
  readonly key: string | undefined;
  /** That may be kept. */
  readonly maxRows: number;
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
 * Scores a table while it arrives; a Parquet file when it is there, and a workbook too, in memory. Memory does not grow
 * with its length.
 *
 * @param open called when the model is loaded
 * @param write given the answer piece by piece, in the rows' order
 * @param keep given the predictions that are to be kept, a block at a time, as `KeptPredictions` takes them
 * @throws {AppError} `bad_format`, `bad_header`, `empty`, `unusable_data`; `invalid_request` for intervals that the model can't give; `too_large`
 *   when the answer would be, or more rows than may be kept
 */
export async function scoreTable(
  document: ModelDocument,
  open: () => BatchSource,
  { fileType, to, level, maxBytes, threads, keep: wanted }: BatchOptions,
  write: (piece: Uint8Array) => void,
  keep: (predictions: string) => void = () => {},
): Promise<ScoredBatch> {
  const options = { document, format: to, level, givesIds: wanted !== undefined && wanted.key === undefined };
  await using scorers = createScorers(options, threads);
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
    if (scored.kept !== undefined) keep(scored.kept);
    addCounts(scored.counts, counts);
  };
  let rows = 0;
  const score = (block: Block) => {
    rows += block.table.rows;
    if (wanted && rows > wanted.maxRows) throw tooManyToKeep(wanted.maxRows);
    const scored = scorers.score(block);
    // Awaited when its turn comes, which it never does after an earlier failure.
    scored.catch(() => undefined);
    underWay.push(scored);
  };

  const putBut = async (blocks: number) => {
    while (underWay.length > blocks) await putOldest();
  };

  let milliseconds = 0;
  const timed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    const result = await work();
    milliseconds += performance.now() - start;
    return result;
  };
  const readParquet = async (path: string) => {
    // By native code, which other tables do without.
    const { parquetBlocks } = await import('./parquet-blocks.ts');
    return timed(() =>
      parquetBlocks(document, path, maxBytes, wanted?.key, async (block) => {
        score(block);
        await putBut(scorers.blocks);
      }),
    );
  };
  const readText = async (pieces: AsyncIterable<Buffer>) => {
    // What means no value is as in the table that was trained on.
    const layout = { ...fileType.layout, na_values: document.naValues };
    const { format, lines } = await plainLines(pieces, { ...fileType, layout }, maxBytes);
    using tables: Tables =
      format === 'ndjson'
        ? new JsonTables(document, score, wanted?.key)
        : new CsvTables(document, format, layout, score, wanted?.key);
    for await (const piece of lines) {
      await timed(async () => {
        tables.push(Buffer.isBuffer(piece) ? piece : Buffer.from(piece as Uint8Array));
        await putBut(scorers.blocks);
      });
    }
    await timed(async () => tables.end());
  };

  put(Buffer.from(linesOf(options).head));
  const source = open();
  await (typeof source === 'string' ? readParquet(source) : readText(source));
  await timed(() => putBut(0));
  return { rows, bytes, seconds: milliseconds / 1000, counts };
}

const tooManyToKeep = (most: number) =>
  new AppError(
    'too_large',
    `Of a model ${most} predictions are kept, the newest: a table of more rows is predicted without being kept.`,
  );
