import type { World, WorldSpec } from './world.ts';

/** Something that goes wrong, and who must be told; or, with nobody to tell, something that is no fault at all. */
export interface Fault {
  readonly name: string;
  /** How it is made, for the table. */
  readonly how: string;
  /** Made by an exporter in the place of the service, because the real thing can't be had within reason. */
  readonly standIn?: true;
  readonly world: WorldSpec;
  /** Alerts that must be told; of none the world must stay quiet. */
  readonly expected: readonly string[];
  /** Alerts that may come with it, each with the reason. */
  readonly allowed?: Readonly<Record<string, string>>;
  /** How it is known of: told by Alertmanager, seen in Prometheus where that can't tell, or by the heartbeat's silence. */
  readonly known?: 'told' | 'seen' | 'silence';
  /** Alerts that end without being mended: how long they last counts from the beginning. */
  readonly passes?: true;
  /** Its end is not waited for: it takes as long as the alert's own windows. */
  readonly endUnwaited?: true;
  /** How many times faster time runs, where it is about how long the service itself takes. */
  readonly factor?: number;
  /** Minutes that it lasts at least, on the clock of the rules. */
  readonly lasts?: number;
  /** Begins; disposing mends it. */
  make(world: World): Promise<AsyncDisposable>;
}

/** Mended by this. */
export const mendedBy = (mend: () => Promise<unknown>): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    await mend();
  },
});

/** Several parts of one fault; the last is mended first. */
export function together(...parts: readonly AsyncDisposable[]): AsyncDisposable {
  const stack = new AsyncDisposableStack();
  for (const part of parts) stack.use(part);
  return stack;
}

/** Nothing to mend. */
export const nothing = mendedBy(async () => {});
