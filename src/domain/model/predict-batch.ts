import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { runChild } from '../../adapters/process/child.ts';
import { ChildError } from '../../adapters/process/child-error.ts';
import { childProblem } from '../../adapters/process/child-problem.ts';
import { Places, type Waiting } from '../../adapters/process/places.ts';
import { ObjectNotFound, type Storage } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { ChildInstruments } from '../../telemetry/instruments/children.ts';
import type { PredictionInstruments } from '../../telemetry/instruments/predictions.ts';
import type { BatchInput, BatchOutput, BatchProgress } from './batch/batch.child.ts';
import type { BatchFormat } from './batch/prediction-lines.ts';
import type { DriftMonitor } from './drift-monitor.ts';
import { type Artifact, getArtifact } from './repository.ts';

const CHILD = new URL('./batch/batch.child.ts', import.meta.url);
const DEFAULT_HEAP_MB = 1024;
const TIMEOUT_SECONDS = 3600;
/** The service that answers requests comes first. */
const NICENESS = 5;
const MAX_THREADS = 4;
/** Batches at once; a slow client keeps its process waiting, so more than there are processors. */
const MAX_BATCHES = Math.max(4, 2 * os.availableParallelism());

export interface BatchRequest {
  readonly owner: string;
  readonly artifactId: string;
  readonly from: 'csv' | 'tsv';
  readonly to: BatchFormat;
  /** Begins to read the request, once it is known that there is a model. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface BatchAnswer {
  readonly bytes: number;
  /** To be read to its end or destroyed. */
  readonly stream: Readable;
}

/**
 * Scores a table of any length as it arrives, in a process of its own. The answer is kept in a file until the last
 * row was right, so that a bad row is told instead of half an answer, and a client that sends everything before it
 * reads does not block itself. Neither the table nor the answer is ever held in memory.
 *
 * @throws {AppError} `not_found`; `bad_format`, `bad_header`, `empty`, `unusable_data` naming the line or the columns;
 *   `too_large`; `internal` for a model that takes too much memory; `unavailable`; `overloaded`; `aborted`
 */
export type PredictBatch = (request: BatchRequest) => Promise<BatchAnswer>;

interface PredictBatchDeps {
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
  readonly waiting: Waiting;
}

export function createPredictBatch({
  db,
  storage,
  scratch,
  maxBytes,
  heapMb = DEFAULT_HEAP_MB,
  metrics,
  children,
  drift,
  waiting,
}: PredictBatchDeps): PredictBatch {
  const score = async (
    { scoring_key: key, mode }: Artifact,
    request: BatchRequest,
    stdout: number,
  ): Promise<BatchOutput> => {
    const { from, to, signal } = request;
    let isLoaded = false;
    try {
      return await storage.withLocalFile(key, (model) => {
        const threads = Math.min(MAX_THREADS, os.availableParallelism());
        const input: BatchInput = { model, from, to, maxBytes, threads };
        return runChild<BatchOutput, BatchProgress>(CHILD, input, {
          signal,
          stdin: atMost(maxBytes, request.open()),
          stdout,
          timeoutSeconds: TIMEOUT_SECONDS,
          maxOldSpaceMb: heapMb,
          onProgress: () => {
            isLoaded = true;
          },
          niceness: NICENESS,
          meter: children('scorer', mode),
        });
      });
    } catch (error) {
      throw explain(error, isLoaded);
    }
  };

  const places = new Places(MAX_BATCHES, waiting);
  return async (request) => {
    const { owner, artifactId, signal } = request;
    places.admit();
    using call = drift.begin(artifactId);
    const artifact = await getArtifact(db, owner, artifactId);
    const answer = await openNameless(scratch);
    try {
      const { rows, bytes, seconds, counts, model } = await places.run(
        () => score(artifact, request, answer.fd),
        { signal },
      );
      signal.throwIfAborted();
      const { mode, task } = artifact;
      metrics.made({ task, rows, seconds });
      call.observe({ mode, task, model, counts });
      return { bytes, stream: answer.createReadStream({ start: 0 }) };
    } catch (error) {
      await answer.close();
      throw signal.aborted ? new AppError('aborted', 'The request was given up.', { cause: error }) : error;
    }
  };
}

/** A file without a name is gone with its last user, however that one ends. */
async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `batch-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

async function* atMost(maxBytes: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > maxBytes)
      throw new AppError('too_large', `The table is larger than the limit of ${maxBytes} bytes.`);
    yield piece;
  }
}

function explain(error: unknown, isLoaded: boolean): unknown {
  if (error instanceof ObjectNotFound)
    return new AppError('not_found', 'There is no such artifact.', { cause: error });
  if (!(error instanceof ChildError)) return error;
  const problem = childProblem(error, 'Scoring the table');
  if (problem?.code === 'too_large' && !isLoaded)
    // No other table would do: it is for the operator, who sees it in the log.
    return new AppError('internal', 'The model is too large to score a table with.', { cause: error });
  return problem ?? error;
}
