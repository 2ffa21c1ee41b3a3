import os from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { runChild, type WorkOptions } from '../../adapters/process/child.ts';
import { ChildError } from '../../adapters/process/child-error.ts';
import { childProblem } from '../../adapters/process/child-problem.ts';
import { Places, type Waiting } from '../../adapters/process/places.ts';
import { warmChildren } from '../../adapters/process/warm-children.ts';
import { ObjectNotFound, type Storage } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { ChildInstruments } from '../../telemetry/instruments/children.ts';
import type { PredictionInstruments } from '../../telemetry/instruments/predictions.ts';
import { describeSpan } from '../../telemetry/span.ts';
import type { FileType, TableOptions } from '../../vocabulary/tables.ts';
import type { PredictionWarning } from '../../vocabulary/warnings.ts';
import { atMost } from '../at-most.ts';
import { beginStream } from '../begun-stream.ts';
import { damagedFile } from '../table/damaged-file.ts';
import { detectFileType, isCheckedFirst } from '../table/file-type.ts';
import { makeRoom } from '../table/room.ts';
import type { BatchInput, BatchOutput, BatchProgress } from './batch/batch.child.ts';
import type { BatchFormat } from './batch/prediction-lines.ts';
import { linesOf, openNameless, writeWhole } from './batch/scratch-files.ts';
import type { DriftMonitor } from './drift-monitor.ts';
import { driftWarnings } from './drift-warnings.ts';
import type { KeptPredictions } from './live/kept-predictions.ts';
import { getScoringArtifact, type ScoringArtifact, whyMissing } from './repository.ts';

const CHILD = new URL('./batch/batch.child.ts', import.meta.url);
const DEFAULT_HEAP_MB = 1024;
const TIMEOUT_SECONDS = 3600;
/** The service that answers requests comes first. */
const NICENESS = 5;
const MAX_THREADS = 4;
/** Batches at once; a slow client keeps its process waiting, so more than there are processors. */
const MAX_BATCHES = Math.max(4, 2 * os.availableParallelism());
/** A table up to this size is read before anything is done for it, and takes nobody's place while it is sent. */
const SMALL_BYTES = 65_536;
/** More than that is not handed from process to process, but written to a file. */
const SMALL_ANSWER_BYTES = 4 * SMALL_BYTES;
const MAX_SMALL = Math.max(2, os.availableParallelism());

/** What predictions of a table are kept under: the keys in a column, or without one ids that stand in the answer. */
interface KeptBy {
  readonly key: string | undefined;
}

export interface BatchRequest {
  readonly owner: string;
  readonly artifactId: string;
  /** Ending of a file's name that would go with it: it decides where the content does not. */
  readonly from: string;
  /** How it is written, where that is not to be found out. */
  readonly options?: TableOptions | undefined;
  readonly to: BatchFormat;
  /** Of the intervals beside the predictions; undefined: there are none. */
  readonly level?: number | undefined;
  /** Unset: the predictions are not kept. */
  readonly keep?: KeptBy | undefined;
  /** As far as is known; 0: it is not. */
  readonly announcedBytes: number;
  /** Begins to read the request, once it is known that there is a model. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface BatchAnswer {
  readonly bytes: number;
  /** Of the inputs of late, these rows among them. */
  readonly warnings: readonly PredictionWarning[];
  /** To be read to its end or destroyed. */
  readonly stream: Readable;
}

/**
 * Scores a table of any length as it arrives, a Parquet file when all of it is there, in a process of its own. The answer
 * is kept in a file until the last row was right, so that a bad row is told instead of half an answer, and a client that
 * sends everything before it reads does not block itself. Neither the table nor the answer is ever held in memory, but for
 * small ones: those are scored by a process that has scored others before. What is to be kept of it is written before it is
 * answered, all at once.
 *
 * @throws {AppError} `not_found`, `gone`; `unsupported_format`, `bad_format`, `bad_header`, `empty`, `unusable_data` naming
 *   the line or the columns; `invalid_request` for intervals that the model can't give; `too_large`; `internal` for a model
 *   that takes too much memory; `unavailable`; `overloaded`; `aborted`
 */
export type PredictBatch = (request: BatchRequest) => Promise<BatchAnswer>;

interface BatchPredictorDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  /** A folder, made when it is not there. */
  readonly scratch: string;
  /** Of the table as well as of the answer. */
  readonly maxBytes: number;
  /** What the process that scores may take for its objects, the model before all. */
  readonly heapMb?: number;
  readonly metrics: PredictionInstruments;
  readonly children: ChildInstruments;
  readonly drift: DriftMonitor;
  readonly kept: KeptPredictions;
  readonly waiting: Waiting;
}

export interface BatchPredictor extends AsyncDisposable {
  readonly predict: PredictBatch;
}

export function createBatchPredictor({
  db,
  storage,
  scratch,
  maxBytes,
  heapMb = DEFAULT_HEAP_MB,
  metrics,
  children,
  drift,
  kept,
  waiting,
}: BatchPredictorDeps): BatchPredictor {
  const processOptions = { maxOldSpaceMb: heapMb, niceness: NICENESS };
  const warm = warmChildren(CHILD, processOptions);
  const small = new Places(MAX_SMALL, waiting);
  const large = new Places(MAX_BATCHES, waiting);

  type Run = (
    input: Pick<BatchInput, 'model' | 'fileType' | 'to' | 'level' | 'keep'>,
    options: WorkOptions<BatchProgress>,
  ) => Promise<BatchOutput>;
  const score = async (
    { id, owner, scoring_key: key, mode }: ScoringArtifact,
    { to, level, keep, signal }: BatchRequest,
    fileType: FileType,
    run: Run,
  ): Promise<BatchOutput> => {
    let isLoaded = false;
    const options: WorkOptions<BatchProgress> = {
      signal,
      timeoutSeconds: TIMEOUT_SECONDS,
      onProgress: () => {
        isLoaded = true;
      },
      meter: children('scorer', mode),
    };
    const wanted = {
      ...{ fileType, to, level },
      keep: keep && { key: keep.key, maxRows: kept.maxPerModel },
    };
    try {
      return await storage.withLocalFile(key, (model) => run({ ...wanted, model }, options));
    } catch (error) {
      throw error instanceof ObjectNotFound
        ? await whyMissing(db, owner, id, { cause: error })
        : explain(error, fileType, isLoaded);
    }
  };

  /** The last that can fail. */
  const keepTable = async (
    { id }: ScoringArtifact,
    { keep, signal }: BatchRequest,
    predictions: Parameters<KeptPredictions['keepTable']>[1],
  ) => {
    signal.throwIfAborted();
    if (keep) await kept.keepTable(id, predictions);
  };

  /** Undefined: its answer is not small. */
  const scoreSmall = async (
    artifact: ScoringArtifact,
    request: BatchRequest,
    fileType: FileType,
    table: Buffer,
  ) => {
    const limits = { maxBytes: Math.min(maxBytes, SMALL_ANSWER_BYTES), threads: 0 };
    let isSmall = true;
    const run: Run = (input, options) =>
      warm
        .run<BatchOutput, BatchProgress>(
          { ...input, ...limits, table, keptFile: undefined },
          { ...options, mayStay: isCheckedFirst(fileType) },
        )
        .catch((error: unknown) => {
          isSmall = !(error instanceof AppError && error.code === 'too_large');
          throw error;
        });
    try {
      const output = await small.run(() => score(artifact, request, fileType, run), {
        signal: request.signal,
      });
      await keepTable(artifact, request, output.kept);
      return { output, bytes: output.bytes, stream: Readable.from([output.answer]) };
    } catch (error) {
      if (isSmall) throw error;
      return undefined;
    }
  };

  const scoreLarge = async (
    artifact: ScoringArtifact,
    request: BatchRequest,
    fileType: FileType,
    table: AsyncIterable<Uint8Array>,
  ) => {
    const limits = { maxBytes, threads: Math.min(MAX_THREADS, os.availableParallelism()) };
    const { signal, keep } = request;
    const isParquet = fileType.format === 'parquet';
    await using room = isParquet || keep ? await makeRoom(scratch) : undefined;
    // What begins at its end can't be read while it arrives, and keeps nobody's place until it is there.
    const path = room && isParquet ? await writeWhole(join(room.path, 'table'), table) : undefined;
    const keptFile = room && keep ? join(room.path, 'kept') : undefined;
    const answer = await openNameless(scratch);
    const run: Run = (input, options) =>
      runChild<BatchOutput, BatchProgress>(
        CHILD,
        { ...input, ...limits, table: path, keptFile },
        { ...processOptions, ...options, ...(!path && { stdin: table }), stdout: answer.fd },
      );
    try {
      const output = await large.run(() => score(artifact, request, fileType, run), { signal });
      await keepTable(artifact, request, keptFile === undefined ? [] : linesOf(keptFile));
      return { output, bytes: output.bytes, stream: answer.createReadStream({ start: 0 }) };
    } catch (error) {
      await answer.close();
      throw error;
    }
  };

  return {
    async predict(request) {
      const { owner, artifactId, signal, announcedBytes } = request;
      (announcedBytes > SMALL_BYTES ? large : small).admit();
      using call = drift.begin(artifactId);
      describeSpan({ 'mlops.artifact.id': artifactId });
      const artifact = await getScoringArtifact(db, owner, artifactId);
      try {
        using table = await beginStream(atMost(maxBytes, 'table', request.open()), SMALL_BYTES);
        const fileType = typeOf(table.head, request);
        const isSmall = table.isWhole && fileType.format !== 'parquet';
        const scored =
          (isSmall ? await scoreSmall(artifact, request, fileType, table.head) : undefined) ??
          (await scoreLarge(artifact, request, fileType, table.all()));
        const { mode, task } = artifact;
        const { rows, seconds, counts, model } = scored.output;
        metrics.made({ task, rows, seconds });
        const warnings = driftWarnings(call.observe({ mode, task, model, counts }));
        return { bytes: scored.bytes, warnings, stream: scored.stream };
      } catch (error) {
        throw signal.aborted ? new AppError('aborted', 'The request was given up.', { cause: error }) : error;
      }
    },
    [Symbol.asyncDispose]: () => warm[Symbol.asyncDispose](),
  };
}

/** @throws {AppError} `unsupported_format`, `empty`, `bad_format` */
function typeOf(head: Buffer, { from, options }: BatchRequest): FileType {
  const fileType = detectFileType(head, `table.${from}`, options);
  if (from === 'json' && fileType.format !== 'json')
    throw new AppError('unsupported_format', 'As JSON, a table is an array of objects.');
  return fileType;
}

function explain(error: unknown, fileType: FileType, isLoaded: boolean): unknown {
  if (!(error instanceof ChildError)) return error;
  const problem = damagedFile(error, fileType) ?? childProblem(error, 'Scoring the table');
  if (problem?.code === 'too_large' && !isLoaded)
    // No other table would do: it is for the operator, who sees it in the log.
    return new AppError('internal', 'The model is too large to score a table with.', { cause: error });
  return problem ?? error;
}
