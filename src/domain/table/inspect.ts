import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ChildMeter } from '../../adapters/process/child.ts';
import { ChildError } from '../../adapters/process/child-error.ts';
import { childProblem } from '../../adapters/process/child-problem.ts';
import { Places, type Waiting } from '../../adapters/process/places.ts';
import { warmChildren } from '../../adapters/process/warm-children.ts';
import { AppError } from '../../errors.ts';
import type { FileType, InspectedTable, ReadOptions } from '../../vocabulary/tables.ts';
import { damagedFile } from './damaged-file.ts';
import { isCheckedFirst } from './file-type.ts';
import type { InspectFileRequest, OtherEncoding } from './inspect.child.ts';
import type { TableLimits } from './limits.ts';
import { needsRoom } from './plain/plain-table.ts';
import { makeRoom } from './room.ts';

const CHILD = new URL('./inspect.child.ts', import.meta.url);
/** DuckDB's share; Node and the scan need about 100 MiB more. */
const DATABASE_MEMORY_MB = 512;
const HEAP_MB = 256;
const TIMEOUT_SECONDS = 3600;
/** The service that answers requests comes first. */
const NICENESS = 5;
/** More at once would only take memory: each keeps a processor busy. */
const MAX_AT_ONCE = Math.max(2, os.availableParallelism());
/** Tables up to this size have places of their own, so that nobody waits minutes behind somebody's gigabytes. */
const SMALL_BYTES = 1 << 20;

export interface Inspection {
  readonly path: string;
  readonly fileType: FileType;
  readonly options?: ReadOptions | undefined;
  readonly limits: TableLimits;
  readonly signal?: AbortSignal;
  readonly meter?: ChildMeter;
  /** What is lost with it, in seconds: so long it waits for its turn, if that is longer than others may. */
  readonly patienceSeconds?: number;
}

export interface Inspector extends AsyncDisposable {
  /** Has a process wait for the first table, as `WarmChildren.standBy`. */
  readonly standBy: () => void;
  /**
   * To be asked before a table is taken in.
   * @param bytes that it has, as far as is known
   * @throws {AppError} `overloaded` when it would wait too long for its inspection
   */
  readonly admit: (bytes: number) => void;
  /**
   * Checks an uploaded table thoroughly and profiles its columns, in a child process that can read this one file: the
   * caller's event loop and memory stay free, and a file that crashes a reader harms nothing. The messages name lines
   * and columns, never the path. A text that is not UTF-8 only far behind its start is read again, as Windows-1252 where
   * that makes sense of all of it: the table says its `encoding`.
   *
   * @throws {AppError} `empty`, `bad_format`, `bad_header`, `too_few_rows`, `too_many_empty`, `too_large`, `aborted`;
   *   `unavailable` when somebody killed it, `overloaded` when it waited too long
   * @throws {ChildError} any other end that is not the file's fault
   */
  readonly inspect: (inspection: Inspection) => Promise<InspectedTable>;
  /**
   * As `inspect`, of a file that is still being written at `part` and is moved to its path when it is whole. That needs a
   * place to spare, and bytes that come about as fast as they are read: a slow client keeps nobody from being served.
   * @returns undefined where there is none or they do not: then it is to be inspected when it is there
   */
  readonly inspectArriving: (inspection: Inspection, part: string) => Promise<InspectedTable | undefined>;
}

/** @param scratch a folder for what does not fit into memory while a table is read, made when it is not there */
export function createInspector(scratch: string, waiting: Waiting): Inspector {
  const children = warmChildren(CHILD, { maxOldSpaceMb: HEAP_MB, niceness: NICENESS });
  const small = new Places(MAX_AT_ONCE, waiting);
  const large = new Places(MAX_AT_ONCE, waiting);
  const placesFor = (bytes: number) => (bytes <= SMALL_BYTES ? small : large);
  const work = async <Table extends InspectedTable | OtherEncoding | undefined>(
    { fileType, options, limits, signal, meter, patienceSeconds, ...inspection }: Inspection,
    part?: string,
  ): Promise<Table> => {
    const file = path.resolve(inspection.path);
    const bytes = part === undefined ? (await stat(file)).size : Number.POSITIVE_INFINITY;
    await using room = fitsIntoMemory(bytes, fileType) ? undefined : await makeRoom(scratch);
    const request: InspectFileRequest = {
      path: file,
      part,
      fileType,
      options,
      limits,
      memoryMb: DATABASE_MEMORY_MB,
      tempDirectory: room?.path,
    };
    const inspect = () =>
      children.run<Table>(request, {
        signal,
        timeoutSeconds: TIMEOUT_SECONDS,
        meter,
        mayStay: isCheckedFirst(fileType),
      });
    try {
      // Awaited here: the room must outlive it.
      return await placesFor(bytes).run(inspect, { signal, patienceSeconds });
    } catch (error) {
      throw error instanceof ChildError ? explain(error, fileType) : error;
    }
  };
  const inspect = async (inspection: Inspection): Promise<InspectedTable> => {
    const found = await work<InspectedTable | OtherEncoding>(inspection);
    if ('columns' in found) return found;
    const { encoding } = found;
    return work<InspectedTable>({ ...inspection, fileType: { ...inspection.fileType, encoding } });
  };
  return {
    standBy: () => children.standBy(),
    admit: (bytes) => placesFor(bytes).admit(),
    inspect,
    inspectArriving: async (inspection, part) =>
      large.free > 1 && isCheckedFirst(inspection.fileType) && !needsRoom(inspection.fileType)
        ? work<InspectedTable | undefined>(inspection, path.resolve(part))
        : undefined,
    [Symbol.asyncDispose]: () => children[Symbol.asyncDispose](),
  };
}

/** A text that is small as it stands can't grow large in whatever way it is read. */
const fitsIntoMemory = (bytes: number, fileType: FileType): boolean =>
  bytes <= SMALL_BYTES &&
  fileType.format !== 'parquet' &&
  fileType.compression === 'none' &&
  !needsRoom(fileType);

function explain(error: ChildError, fileType: FileType): Error {
  if (error.failure === 'aborted')
    return new AppError('aborted', 'The request was given up.', { cause: error });
  return damagedFile(error, fileType) ?? childProblem(error, 'Reading the table') ?? error;
}
