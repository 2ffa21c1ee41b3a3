import type { SpanAttributes, StageName } from './spans.ts';

/**
 * A span as a child process tells of it: plain data, for no child loads OpenTelemetry. Its parent makes spans of them.
 */
export interface Stage {
  /** Unique within one piece of work. */
  readonly id: number;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Not there while it is under way. */
  readonly endedAt?: number;
  /** The stage that it is a part of. */
  readonly partOf?: number;
  readonly attributes?: StageAttributes;
}

export type StageAttributes = Readonly<Record<string, string | number | boolean>>;

/** Told by a piece of work where it is. */
export interface Stages {
  /** The stage before is over, and this one begins; a stage that is under way already goes on. */
  begin(name: StageName): void;
  /** A part of the stage under way is over that took so long. */
  part<Name extends StageName>(name: Name, seconds: number, attributes: SpanAttributes<Name>): void;
}

/** Keeps what is news until it is taken. Of one piece of work. */
export class StageRecorder implements Stages {
  /** Its own and not the process's, which on a busy machine is off the wall's clock by as much as the start took. */
  readonly #origin = Date.now() - performance.now();
  #news: Stage[] = [];
  #current: Stage | undefined;
  #ids = 0;
  readonly #onNews: () => void;

  /** @param onNews there is something to take */
  constructor(onNews: () => void) {
    this.#onNews = onNews;
  }

  begin(name: StageName): void {
    if (this.#current?.name === name) return;
    this.end();
    this.#current = { id: this.#ids++, name, startedAt: this.#now() };
    this.#news.push(this.#current);
    this.#onNews();
  }

  part<Name extends StageName>(name: Name, seconds: number, attributes: SpanAttributes<Name>): void {
    const endedAt = this.#now();
    const partOf = this.#current && { partOf: this.#current.id };
    const startedAt = endedAt - seconds * 1000;
    this.#news.push({ id: this.#ids++, name, startedAt, endedAt, ...partOf, attributes });
    this.#onNews();
  }

  /** The last stage is over. */
  end(): void {
    if (this.#current) this.#news.push({ ...this.#current, endedAt: this.#now() });
    this.#current = undefined;
  }

  take(): readonly Stage[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #now(): number {
    return this.#origin + performance.now();
  }
}

/** For work of which nobody wants to know. */
export const NO_STAGES: Stages = { begin() {}, part() {} };
