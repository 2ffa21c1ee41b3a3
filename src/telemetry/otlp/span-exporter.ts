import { Worker } from 'node:worker_threads';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { SpanProtocol } from '../otel-environment.ts';
import { type Batch, FORMATS, type SenderData, type Sent } from './sending.ts';

type Done = (result: ExportResult) => void;

/**
 * Writes spans here and has another thread send them. A client beside the server would share Node's code for HTTP and
 * streams with it, which V8 makes fast for as few kinds of objects as it meets: every request was slower for it.
 */
export class ThreadedSpanExporter implements SpanExporter {
  readonly #protocol: SpanProtocol;
  /** What was handed over, by its number. */
  readonly #underWay = new Map<number, Done>();
  #batches = 0;
  #sender: Worker | undefined;

  constructor(protocol: SpanProtocol) {
    this.#protocol = protocol;
    // At once: the first spans may be those of a process that is about to end.
    this.#sender = this.#start();
  }

  export(spans: ReadableSpan[], done: Done): void {
    const bytes = FORMATS[this.#protocol].serializer.serializeRequest(spans) as Uint8Array<ArrayBuffer>;
    this.#sender ??= this.#start();
    // The process shall not end by itself before they have arrived.
    this.#sender.ref();
    this.#batches++;
    this.#underWay.set(this.#batches, done);
    this.#sender.postMessage({ id: this.#batches, bytes } satisfies Batch, [bytes.buffer]);
  }

  /** All that was handed over is over before: the SDK waits for it. */
  async shutdown(): Promise<void> {
    await this.#sender?.terminate();
  }

  #start(): Worker {
    const sender = new Worker(new URL('./sender.thread.ts', import.meta.url), {
      workerData: { protocol: this.#protocol } satisfies SenderData,
      // Without the parent's loaders and hooks: what sends spans is not to make any.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    sender.unref();
    let failure = new Error('the thread that sends spans has ended');
    sender.on('message', ({ id, error }: Sent) => this.#over(id, error));
    sender.on('error', (error) => {
      failure = error as Error;
    });
    sender.on('exit', () => {
      this.#sender = undefined;
      for (const id of this.#underWay.keys()) this.#over(id, failure);
    });
    return sender;
  }

  #over(id: number, error: Error | undefined): void {
    const done = this.#underWay.get(id);
    this.#underWay.delete(id);
    if (this.#underWay.size === 0) this.#sender?.unref();
    done?.(error ? { code: ExportResultCode.FAILED, error } : { code: ExportResultCode.SUCCESS });
  }
}
