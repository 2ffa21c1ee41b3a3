import { writeFileSync } from 'node:fs';
import { runChild } from '../../../../src/adapters/process/child.ts';
import { ChildError } from '../../../../src/adapters/process/child-error.ts';

/** A parent within a control group of memory: prints how each child ended that it was told to start. */
const [processes = '', ...behaviours] = process.argv.slice(2);
writeFileSync(processes, String(process.pid));
for (const behaviour of behaviours) {
  await runChild(new URL('./behave.child.ts', import.meta.url), JSON.parse(behaviour)).catch(
    (error: unknown) => {
      if (!(error instanceof ChildError)) throw error;
      process.stdout.write(`${error.failure}\n`);
    },
  );
}
