import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileKernel } from '../../../src/tabular/kernel/compile.ts';

test('the committed binary is what its source compiles to', async () => {
  const committed = readFileSync(new URL('../../../src/tabular/kernel/kernel.wasm', import.meta.url));
  expect(Buffer.from(await compileKernel()).equals(committed)).toBe(true);
});
