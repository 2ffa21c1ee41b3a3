import type { Readable } from 'node:stream';

/**
 * Objects by key, streams in and out, no vendor's types. Keys are ours: lower-case letters, digits, `-`, `.`
 * and `/`.
 */
export interface Storage {
  /**
   * Stores the whole stream or nothing: until it resolves, the key is not there. Durable once it resolves.
   * @param source each of its chunks is only used until the next one is asked for
   * @param onArriving told, before the first byte, where they can be read while they arrive, if there is such a place
   */
  write(
    key: string,
    source: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
    onArriving?: (place: Arriving) => void,
  ): Promise<void>;
  /**
   * @param range bytes from `start` to `end`, both included
   * @throws {ObjectNotFound}
   */
  read(key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Removes the object and whatever an interrupted write left of it. False: it was not there. */
  remove(key: string): Promise<boolean>;
  /**
   * Hands `use` a local path of the object, for as long as it runs.
   * @throws {ObjectNotFound}
   */
  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Resolves when objects can be written now, and space is left. @throws {StorageError} */
  check(): Promise<void>;
  /** How much can still be written; undefined: as much as one likes. @throws {StorageError} */
  space(): Promise<Space | undefined>;
}

export interface Space {
  /** 0: nothing is written any more. */
  readonly availableBytes: number;
  readonly sizeBytes: number;
}

/** Paths of an object that is being written. */
export interface Arriving {
  /** Of what has come so far. */
  readonly part: string;
  /** To which it is moved when it is whole. */
  readonly path: string;
}

export class ObjectNotFound extends Error {
  constructor(options?: ErrorOptions) {
    super('no such object', options);
    this.name = 'ObjectNotFound';
  }
}

/** Any other fault of the storage: disk full, no permission, network. Its message is for the log only. */
export class StorageError extends Error {
  constructor(options?: ErrorOptions) {
    super('the storage failed', options);
    this.name = 'StorageError';
  }
}
