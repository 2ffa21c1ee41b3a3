import { Child, type ProcessOptions, type WorkOptions } from './child.ts';
import { ChildError } from './child-error.ts';

/** A child that waits so long for its next piece of work is not worth its memory, unless it is the one that stands by. */
const IDLE_SECONDS = 30;
/** What leaks, leaks so often at most: as seldom that a start costs little beside the work, which takes some 20 ms. */
const MAX_USES = 1000;
/** One that has held more once would go on holding it. */
const MAX_PEAK_BYTES = 256 * 1024 * 1024;

export interface WarmWorkOptions<Progress> extends WorkOptions<Progress> {
  /** False: the input is such that whoever has read it reads nothing else. */
  readonly mayStay: boolean;
}

/**
 * Children that run the TypeScript file `entry` as `runChild` does, each for one piece of work at a time, and wait for
 * the next for a while: small work takes no longer than it is. One that failed in any way but by refusing its input is
 * gone, and so is one that has grown large.
 */
export interface WarmChildren extends AsyncDisposable {
  /**
   * From now on one is started before it is asked for: neither the first work nor that after a pause waits for a start.
   * The next one is started when it is taken.
   */
  standBy(): void;
  /** @throws as `runChild` */
  run<Output, Progress = never>(input: unknown, options: WarmWorkOptions<Progress>): Promise<Output>;
}

/** Not one that was asked for. */
const isEndOfItsOwn = (error: unknown): boolean =>
  error instanceof ChildError && error.failure !== 'aborted' && error.failure !== 'timeout';

interface Idle {
  readonly child: Child;
  readonly uses: number;
  /** Ends it; undefined: it stands by. */
  readonly timer: NodeJS.Timeout | undefined;
}

export function warmChildren(
  entry: URL,
  options: ProcessOptions,
  idleSeconds: number = IDLE_SECONDS,
): WarmChildren {
  const idle: Idle[] = [];
  let standsBy = false;
  let isClosed = false;

  const take = (): { child: Child; uses: number; isNew: boolean } => {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      clearTimeout(last.timer);
      if (!last.child.isAlive) continue;
      last.child.hold(true);
      return { ...last, isNew: false };
    }
    return { child: new Child(entry, options), uses: 0, isNew: true };
  };

  const replace = () => {
    if (!standsBy || isClosed || idle.length > 0) return;
    const child = new Child(entry, options);
    child.hold(false);
    idle.push({ child, uses: 0, timer: undefined });
  };

  const keep = (child: Child, uses: number) => {
    child.hold(false);
    const retire = () => {
      idle.splice(
        idle.findIndex((one) => one.child === child),
        1,
      );
      void child.end();
      // By one that has not grown yet.
      replace();
    };
    idle.push({ child, uses, timer: setTimeout(retire, idleSeconds * 1000).unref() });
  };

  return {
    standBy() {
      standsBy = true;
      replace();
    },

    async run<Output, Progress = never>(
      input: unknown,
      { mayStay, ...work }: WarmWorkOptions<Progress>,
    ): Promise<Output> {
      for (;;) {
        if (work.signal?.aborted)
          throw new ChildError('aborted', 'aborted before the child process was started');
        const { child, uses, isNew } = take();
        let stays = false;
        try {
          const working = child.work<Output, Progress>(input, work, (peakBytes) => {
            stays = mayStay && !isClosed && uses + 1 < MAX_USES && peakBytes < MAX_PEAK_BYTES;
            return stays;
          });
          replace();
          return await working;
        } catch (error) {
          // One that had died while it waited has not even begun: another one does the work.
          if (isNew || child.hasBegun || !isEndOfItsOwn(error)) throw error;
        } finally {
          if (stays) keep(child, uses + 1);
        }
      }
    },

    async [Symbol.asyncDispose]() {
      isClosed = true;
      const waiting = idle.splice(0);
      for (const { timer } of waiting) clearTimeout(timer);
      await Promise.all(waiting.map(({ child }) => child.end()));
    },
  };
}
