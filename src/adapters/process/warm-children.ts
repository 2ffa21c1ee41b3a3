import { Child, type ProcessOptions, type WorkOptions } from './child.ts';
import { ChildError } from './child-error.ts';

/** A child that waits so long for its next piece of work is not worth its memory. */
const IDLE_SECONDS = 30;
/** What leaks, leaks so often at most. */
const MAX_USES = 100;
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
  /** @throws as `runChild` */
  run<Output, Progress = never>(input: unknown, options: WarmWorkOptions<Progress>): Promise<Output>;
}

/** Not one that was asked for. */
const isEndOfItsOwn = (error: unknown): boolean =>
  error instanceof ChildError && error.failure !== 'aborted' && error.failure !== 'timeout';

interface Idle {
  readonly child: Child;
  readonly uses: number;
  readonly timer: NodeJS.Timeout;
}

export function warmChildren(
  entry: URL,
  options: ProcessOptions,
  idleSeconds: number = IDLE_SECONDS,
): WarmChildren {
  const idle: Idle[] = [];
  let isClosed = false;

  const take = (): { child: Child; uses: number } => {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      clearTimeout(last.timer);
      if (!last.child.isAlive) continue;
      last.child.hold(true);
      return last;
    }
    return { child: new Child(entry, options), uses: 0 };
  };

  const keep = (child: Child, uses: number) => {
    child.hold(false);
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((one) => one.child === child),
        1,
      );
      void child.end();
    }, idleSeconds * 1000);
    idle.push({ child, uses, timer: timer.unref() });
  };

  return {
    async run<Output, Progress = never>(
      input: unknown,
      { mayStay, ...work }: WarmWorkOptions<Progress>,
    ): Promise<Output> {
      for (;;) {
        if (work.signal?.aborted)
          throw new ChildError('aborted', 'aborted before the child process was started');
        const { child, uses } = take();
        let stays = false;
        try {
          return await child.work<Output, Progress>(input, work, (peakBytes) => {
            stays = mayStay && !isClosed && uses + 1 < MAX_USES && peakBytes < MAX_PEAK_BYTES;
            return stays;
          });
        } catch (error) {
          // One that had died while it waited has not even begun: another one does the work.
          if (uses === 0 || child.hasBegun || !isEndOfItsOwn(error)) throw error;
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
