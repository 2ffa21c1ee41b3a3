import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Only a failure waits that long: a busy machine is no reason to fail.
    testTimeout: 400_000,
    hookTimeout: 400_000,
    // Two cores are the smallest machine we promise to pass on; every file may start real processes.
    maxWorkers: 2,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
