import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// As run.sh has it, for the test processes and all that they start: what was compiled once starts in half the time.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

// Prometheus' programs collect their garbage seldom: a fifth less of the processor for a few megabytes more.
process.env['GOGC'] ??= '400';

/** What they test keeps nothing from one call to the next, and needs no database. */
const PURE = ['test/{bench,mutation,tabular}/**/*.test.ts', 'test/domain/{alerts,expiry,table}/**/*.test.ts'];

/** They set what belongs to their whole process: each has one of its own. That of the catalogue does not, and needs a database. */
const TELEMETRY = ['test/telemetry/**/!(catalogue).test.ts'];

const everywhere = {
  setupFiles: ['test/support/setup.ts'],
  // Only a failure waits that long: a busy machine is no reason to fail.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  execArgv: ['--disable-warning=ExperimentalWarning'],
  // Node runs the tests as it runs the service: Vite's own way took a fifth more of the processor.
  experimental: { viteModuleRunner: false, nodeLoader: false },
};

export default defineConfig({
  test: {
    // Two cores are the smallest machine we promise to pass on, and half of the time a test waits for somebody.
    maxWorkers: 4,
    // They run in the order of their names: what waits for others comes first.
    projects: [
      { test: { ...everywhere, name: 'tables', include: PURE, isolate: false } },
      { test: { ...everywhere, name: 'telemetry', include: TELEMETRY } },
      {
        test: {
          ...everywhere,
          name: 'service',
          include: ['test/**/*.test.ts'],
          // Those of the stack have a configuration of their own: npm run test:stack.
          exclude: [...configDefaults.exclude, ...PURE, ...TELEMETRY, 'test/stack/**'],
          isolate: false,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
