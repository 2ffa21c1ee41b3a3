import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'vite';
import { generatedFolder } from './generated-file.ts';

/** Builds the console from its source: `npm run console`; `-- --check` only says whether the built one is current. */

// Vite would take another one, such as a test's, for the wish to debug.
process.env['NODE_ENV'] = 'production';

const written = await mkdtemp(join(tmpdir(), 'console-'));
await build({
  configFile: false,
  root: new URL('../src/console', import.meta.url).pathname,
  // Relative, so that it works behind a proxy that gives the service a path.
  base: './',
  logLevel: 'error',
  build: {
    outDir: written,
    target: ['chrome123', 'edge123', 'firefox125', 'safari17.5'],
    // The policy of the page allows no `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
const files = new Map<string, string>();
for (const entry of await readdir(written, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile()) files.set(relative(written, path), await readFile(path, 'utf8'));
}
await rm(written, { recursive: true });
generatedFolder('src/console/built', files, 'npm run console');
