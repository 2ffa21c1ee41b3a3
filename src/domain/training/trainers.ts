import { type WarmChildren, warmChildren } from '../../adapters/process/warm-children.ts';

const TRAINER = new URL('./trainer.child.ts', import.meta.url);
/** The trainer yields the processor to whoever answers requests. */
const NICENESS = 10;

/** The processes that train. */
export const openTrainers = (memoryLimitMb: number): WarmChildren =>
  warmChildren(TRAINER, { maxOldSpaceMb: memoryLimitMb, niceness: NICENESS });
