import { globSync } from 'node:fs';
import { ROOT, readText } from '../infra/monitoring-files.ts';

/** Why the commands of a block are not run by a test: the word behind `sh`. There are no other reasons. */
const REASONS = {
  docker: 'it needs Docker, which test/stack has',
  hosted: 'it needs a hosted service',
  machine: 'it changes the machine',
  checks: 'it is what CI runs beside the tests',
} as const;

/**
 * How the others are run. `run`: to their end. `start`: in a terminal of its own, where they go on until the page ends.
 * `stopped`: to their end, after what was started has been interrupted, as by Ctrl-C.
 */
const WAYS = ['run', 'start', 'stopped'] as const;

type How = (typeof WAYS)[number] | keyof typeof REASONS;
const isHow = (word: string): word is How => (WAYS as readonly string[]).includes(word) || word in REASONS;

export interface Block {
  readonly how: How;
  readonly line: number;
  /** What it stands under. */
  readonly heading: string;
  readonly commands: string;
  /** The block that follows at once: what the page says they print. */
  readonly answer?: { readonly text: string; readonly isJson: boolean };
}

/** Whether a test runs it. */
export const isRun = ({ how }: Block): boolean => !(how in REASONS);

export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A name for commands that would not be found as such. */
const OTHER_SHELLS = ['bash', 'shell', 'console', 'zsh', 'shellsession'];
const ANSWERS = ['', 'text', 'json'];

const FENCE = /^```([^\n]*)\n([\s\S]*?)^```$/gm;
const HEADING = /^#+ (.+)$/gm;

export function readPage(path: string): Page {
  const text = readText(path);
  const fences = Array.from(text.matchAll(FENCE), (match) => ({
    words: (match[1] ?? '').split(' '),
    body: match[2] ?? '',
    start: match.index,
    end: match.index + match[0].length,
  }));
  const blocks = fences.flatMap(({ words: [language = '', how = 'run'], body, start, end }, i): Block[] => {
    const line = text.slice(0, start).split('\n').length;
    if (OTHER_SHELLS.includes(language)) throw new Error(`${path}:${line}: call it sh, as all others`);
    if (language !== 'sh') return [];
    if (!isHow(how)) throw new Error(`${path}:${line}: "${how}" is no reason for not running it`);
    const heading =
      Array.from(text.slice(0, start).matchAll(HEADING), ([, title = '']) => title).at(-1) ?? '';
    const next = fences[i + 1];
    const follows = next !== undefined && text.slice(end, next.start).trim() === '';
    const [kind = ''] = next?.words ?? [];
    const answer =
      follows && ANSWERS.includes(kind) ? { text: next.body, isJson: kind === 'json' } : undefined;
    return [{ how, line, heading, commands: body, ...(answer && { answer }) }];
  });
  return { path, text, blocks };
}

/** The README first: what its tour counts is counted from nothing. */
export const pagePaths: readonly string[] = ['README.md', 'docs/**/*.md', '.github/**/*.md'].flatMap(
  (pattern) => globSync(pattern, { cwd: ROOT.pathname }).sort(),
);
