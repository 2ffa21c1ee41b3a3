import type { UploadedDataset } from './generated/types.gen.ts';
import { ApiProblem, ConnectionError } from './problem.ts';

export interface UploadProgress {
  readonly sentBytes: number;
  /** Undefined for a stream, which does not say how long it is. */
  readonly totalBytes: number | undefined;
}

export type OnProgress = (progress: UploadProgress) => void;

/**
 * A body that tells how much of it was taken.
 * @param signal ends it too: a fetch that is aborted may leave a stream to be read on for ever
 */
export function counted(
  source: Blob | ReadableStream<Uint8Array>,
  onProgress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const totalBytes = source instanceof Blob ? source.size : undefined;
  const bytes = source instanceof Blob ? source.stream() : source;
  let sentBytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sentBytes += chunk.byteLength;
      onProgress?.({ sentBytes, totalBytes });
      controller.enqueue(chunk);
    },
  });
  return bytes.pipeThrough(count, signal && { signal });
}

/** What of a browser's XMLHttpRequest is needed here. */
interface Xhr {
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  readonly status: number;
  readonly statusText: string;
  readonly responseText: string;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: Blob): void;
  abort(): void;
}

const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr };

/** Browsers: their fetch streams no request over HTTP/1.1, and tells no progress. */
export const isInBrowser = XMLHttpRequest !== undefined;

interface Sent {
  readonly url: string;
  readonly key: string | undefined;
  readonly body: Blob;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
}

export function uploadFromBrowser({ url, key, body, onProgress, signal }: Sent): Promise<UploadedDataset> {
  signal?.throwIfAborted();
  const xhr = new (XMLHttpRequest as new () => Xhr)();
  const stop = () => xhr.abort();
  signal?.addEventListener('abort', stop);
  return new Promise<UploadedDataset>((resolve, reject) => {
    xhr.upload.onprogress = ({ loaded, total }) => onProgress({ sentBytes: loaded, totalBytes: total });
    xhr.onerror = () => reject(new ConnectionError(new URL(url).origin, {}));
    xhr.onabort = () => reject(signal?.reason);
    xhr.onload = () => {
      const { status, statusText, responseText } = xhr;
      const retryAfter = xhr.getResponseHeader('retry-after');
      const headers = retryAfter === null ? {} : { 'retry-after': retryAfter };
      try {
        const answer: unknown = JSON.parse(responseText);
        if (status === 201) return resolve(answer as UploadedDataset);
        reject(new ApiProblem(new Response(null, { status, statusText, headers }), answer));
      } catch {
        reject(new ApiProblem(new Response(null, { status, statusText, headers }), responseText));
      }
    };
    xhr.open('POST', url);
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    if (key !== undefined) xhr.setRequestHeader('Authorization', `Bearer ${key}`);
    xhr.send(body);
  }).finally(() => signal?.removeEventListener('abort', stop));
}
