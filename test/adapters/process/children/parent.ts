import { runChild } from '../../../../src/adapters/process/child.ts';

/** A parent to be killed while its child is busy. */
const pidFile = process.argv[2];
await runChild(new URL('./behave.child.ts', import.meta.url), { do: 'spin', pidFile });
