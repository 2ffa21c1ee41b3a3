import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
const PAGES = ['README.md', 'docs/**/*.md', '.github/**/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: ROOT }),
);

const withoutCode = (text: string) => text.replace(/^(`{3,})[\s\S]*?^\1/gm, '').replace(/(`+)[^`]+\1/g, '');

/** As GitHub makes them of headings: of those that are alike, the second has `-1`. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  const text = readFileSync(page, 'utf8').replace(/^(`{3,})[\s\S]*?^\1/gm, '');
  for (const [, heading = ''] of text.matchAll(/^#+ +(.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    for (let i = 0; ; i++) {
      const own = i === 0 ? anchor : `${anchor}-${i}`;
      if (anchors.has(own)) continue;
      anchors.add(own);
      break;
    }
  }
  return anchors;
}

function problemOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), decodeURI(path));
  if (relative(ROOT, target).startsWith('..')) return `${page}: ${link} leads out of the repository`;
  if (!existsSync(target)) return `${page}: ${link} leads nowhere`;
  if (anchor === undefined || !statSync(target).isFile() || !target.endsWith('.md')) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${page}: ${link} names no heading`;
}

test('every link between the pages leads to a file, and to a heading, that there is', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/CHANGELOG.md', '.github/SECURITY.md']));
  const found = PAGES.flatMap((page) => {
    const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'));
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    return links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => ({ page, link }));
  });
  expect(found.length).toBeGreaterThan(100);
  expect(found.flatMap(({ page, link }) => problemOf(page, link) ?? [])).toEqual([]);
});
