import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileKernel, KERNELS } from '../scripts/kernels.ts';

test.each(KERNELS)('the committed binary is what $source compiles to', async (kernel) => {
  expect(Buffer.from(await compileKernel(kernel)).equals(readFileSync(kernel.binary))).toBe(true);
});
