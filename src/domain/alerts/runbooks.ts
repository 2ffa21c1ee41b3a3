import { readFile } from 'node:fs/promises';
import { readOnce } from './read-once.ts';

const DOCUMENT = new URL('../../../docs/runbooks.md', import.meta.url);

/** What an alert means and what to do, in Markdown, by the alert's name. */
export type Runbooks = ReadonlyMap<string, string>;

export const runbooks = readOnce<void, Runbooks>(async () => sectionsOf(await readFile(DOCUMENT, 'utf8')));

/** @param markdown `##` begins a chapter, `###` an alert's section */
function sectionsOf(markdown: string): Runbooks {
  const chapters = markdown.split(/^## /m).slice(1);
  return new Map(
    chapters
      .flatMap((chapter) => chapter.split(/^### /m).slice(1))
      .map((section) => {
        const [name = '', ...lines] = section.split('\n');
        return [name.trim(), lines.join('\n').trim()];
      }),
  );
}
