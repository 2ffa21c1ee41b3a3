import { defineConfig } from 'vitest/config';

/** The stack's tests: one file, one stack, one test after the other. */
export default defineConfig({
  test: {
    include: ['test/stack/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    // The first run on a machine makes the images. And only a failure waits that long.
    hookTimeout: 1_200_000,
    testTimeout: 1_200_000,
    // Each test finds the stack as the one before left it.
    bail: 1,
    disableConsoleIntercept: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
