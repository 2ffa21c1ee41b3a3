import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// As run.sh has it, for the test processes and all that they start: what was compiled once starts in half the time.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They have a configuration of their own: npm run test:stack.
    exclude: [...configDefaults.exclude, 'test/stack/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Only a failure waits that long: a busy machine is no reason to fail.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two cores are the smallest machine we promise to pass on, and half of the time a test waits for somebody.
    maxWorkers: 4,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
