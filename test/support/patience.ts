import type { Waiting } from '../../src/adapters/process/places.ts';

/** Nobody is turned away. */
export const PATIENT: Waiting = { maxSeconds: 3600, onRejected: () => undefined };
