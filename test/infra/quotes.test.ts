import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ROOT, readText } from './monitoring-files.ts';

test('code that a page quotes from a file stands there, word for word', () => {
  const pages = globSync('docs/**/*.md', { cwd: fileURLToPath(ROOT) });
  const quotes = pages.flatMap((page) =>
    Array.from(readText(page).matchAll(/^```ts (\S+)\n([\s\S]*?)^```/gm), ([, file = '', code = '']) => ({
      page,
      file,
      code,
    })),
  );
  expect(quotes.length).toBeGreaterThan(1);
  expect(quotes.filter(({ file, code }) => !readText(file).includes(code))).toEqual([]);
});
