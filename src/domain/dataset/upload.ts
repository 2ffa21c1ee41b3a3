import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema } from '../../adapters/db/schema.ts';
import { isOutOfSpace } from '../../adapters/out-of-space.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import { type Storage, StorageError } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { ChildInstruments } from '../../telemetry/instruments/children.ts';
import type { UploadInstruments } from '../../telemetry/instruments/uploads.ts';
import { describeSpan, inSpan } from '../../telemetry/span.ts';
import type { Mode } from '../../vocabulary/modes.ts';
import type { ReadOptions } from '../../vocabulary/tables.ts';
import type { UploadFailureReason } from '../../vocabulary/uploads.ts';
import { atMost, tooLarge } from '../at-most.ts';
import { beginStream } from '../begun-stream.ts';
import { detectFileType } from '../table/file-type.ts';
import type { Inspection, Inspector } from '../table/inspect.ts';
import type { TableLimits } from '../table/limits.ts';
import { refuseEarly } from '../table/refuse-early.ts';
import { EarlyInspection } from './early-inspection.ts';
import type { Dataset } from './repository.ts';
import { storeDataset } from './store-dataset.ts';

/** Enough of a file to tell its format, and all of a small one. */
const HEAD_BYTES = 65_536;
const MAX_NAME_LENGTH = 255;
const FORM_OVERHEAD_BYTES = 65_536;

export interface Opened {
  readonly name: string | undefined;
  readonly options?: ReadOptions | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface UploadRequest {
  readonly owner: string;
  readonly mode: Mode;
  /** Bytes the client announced, 0 when it did not: a file too large is refused before it is sent. */
  readonly declaredBytes: number;
  /** Begins to read the request; inside the verb, so that a request without a file is a refused upload too. */
  readonly open: () => Promise<Opened>;
  readonly signal: AbortSignal;
}

/** Takes a file in, or refuses it and keeps nothing. */
export type UploadDataset = (request: UploadRequest) => Promise<Dataset>;

interface UploadDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly leases: ObjectLeases;
  readonly limits: TableLimits;
  readonly inspector: Pick<Inspector, 'admit' | 'inspect' | 'inspectArriving'>;
  readonly metrics: UploadInstruments;
  readonly children: ChildInstruments;
}

/** Characters that show nothing, break a line, or make a name read other than it is. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The last part of the name as sent, without what can't be seen. */
function cleanName(name: string | undefined): string {
  const base = (name ?? '').normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const clean = base.replace(UNPRINTABLE, '').trim();
  if (clean === '' || clean === '.' || clean === '..')
    throw new AppError('invalid_request', 'The upload has no file name: send one, or ?name=.');
  if (clean.length > MAX_NAME_LENGTH)
    throw new AppError('invalid_request', `The file name is longer than ${MAX_NAME_LENGTH} characters.`);
  return clean;
}

/** What passed through: size and checksum grow with the stream. */
class Intake {
  bytes = 0;
  readonly #hash = createHash('sha256');

  get sha256(): string {
    return this.#hash.digest('hex');
  }

  async *pass(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.bytes += chunk.byteLength;
      this.#hash.update(chunk);
      yield chunk;
    }
  }
}

const secondsSince = (start: number) => (performance.now() - start) / 1000;

const REASONS: Partial<Record<string, UploadFailureReason>> = {
  too_large: 'too_large',
  empty: 'empty',
  unsupported_format: 'bad_format',
  bad_format: 'bad_format',
  bad_header: 'bad_header',
  too_few_rows: 'too_few_rows',
  too_many_empty: 'too_many_empty',
  aborted: 'aborted',
  request_timeout: 'aborted',
  // A request without a usable file or name: there is nothing to store.
  invalid_request: 'empty',
};

function reasonOf(error: unknown): UploadFailureReason {
  if (error instanceof AppError) return REASONS[error.code] ?? 'internal';
  return error instanceof StorageError || isOutOfSpace(error) ? 'storage' : 'internal';
}

export function createUploadDataset({
  db,
  storage,
  leases,
  limits,
  inspector,
  metrics,
  children,
}: UploadDeps): UploadDataset {
  async function store(request: UploadRequest, start: number): Promise<Dataset> {
    const { owner, mode, signal } = request;
    // What a form adds to its file is far below this.
    if (request.declaredBytes > limits.maxBytes + FORM_OVERHEAD_BYTES)
      throw tooLarge('file', limits.maxBytes);
    inspector.admit(request.declaredBytes);
    // What is read at once is told what it is worth before the storage is looked at.
    const isShort = request.declaredBytes > 0 && request.declaredBytes <= HEAD_BYTES;
    if (!isShort) await storage.check();
    const opened = await request.open();
    const name = cleanName(opened.name);
    using body = await beginStream(atMost(limits.maxBytes, 'file', opened.bytes), HEAD_BYTES);
    const { options } = opened;
    const fileType = detectFileType(body.head, name, options);
    if (body.isWhole) await refuseEarly(body.head, fileType, limits);
    if (isShort) await storage.check();

    const id = uuidv7();
    const key = `datasets/${id}`;
    describeSpan({ 'mlops.dataset.id': id });
    await using lease = await leases.hold(key);
    const intake = new Intake();
    const inspection = (path: string): Inspection => ({
      path,
      fileType,
      options,
      limits,
      signal,
      meter: children('inspector', mode),
      // Hours of sending are not thrown away for the sake of a few seconds.
      patienceSeconds: secondsSince(start),
    });
    using early = new EarlyInspection(({ path, part }, givenUp) =>
      inspector.inspectArriving({ ...inspection(path), signal: AbortSignal.any([signal, givenUp]) }, part),
    );
    await inSpan('receive table', {}, () =>
      storage.write(key, early.watch(intake.pass(body.all())), signal, early.at),
    );
    const { warnings, ...profile } =
      (await early.found()) ??
      (await storage.withLocalFile(key, (path) => inspector.inspect(inspection(path))));

    // Awaited here: the lease must outlive the statement.
    return await storeDataset(db, lease, {
      id,
      owner,
      name,
      mode,
      format: fileType.format,
      compression: fileType.compression,
      rows: profile.rows,
      columns: profile.columns.length,
      size_bytes: intake.bytes,
      sha256: intake.sha256,
      storage_key: key,
      profile: JSON.stringify(profile),
      warnings: JSON.stringify(warnings),
      created_at: new Date(),
    });
  }

  return async (request) => {
    const start = performance.now();
    try {
      const dataset = await store(request, start);
      metrics.succeeded({ mode: request.mode, bytes: dataset.size_bytes, seconds: secondsSince(start) });
      return dataset;
    } catch (error) {
      const known = request.signal.aborted
        ? new AppError('aborted', 'The upload was not finished.', { cause: error })
        : error;
      // Neither its sender's fault nor lost: it is to be sent again, and counted where it was turned away.
      if (known instanceof AppError && known.code === 'overloaded') throw known;
      metrics.failed({ mode: request.mode, reason: reasonOf(known) });
      throw known;
    }
  };
}
