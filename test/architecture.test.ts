import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = new URL('../src/', import.meta.url).pathname;

/** Single files that anybody may use; they use nobody. */
const GROUND = ['errors', 'nearest-name', 'shared', 'within'];

/** Who may import whom, besides themselves and the ground: from below to above, so that no room names a later one. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  tabular: [],
  vocabulary: ['tabular'],
  'unknown-variables': [],
  config: ['unknown-variables'],
  announce: ['config'],
  environment: ['config'],
  telemetry: ['vocabulary', 'config', 'environment'],
  adapters: ['telemetry', 'vocabulary', 'tabular'],
  domain: ['adapters', 'telemetry', 'vocabulary', 'tabular'],
  mcp: ['client', 'telemetry', 'vocabulary'],
  http: ['mcp', 'client', 'domain', 'adapters', 'telemetry', 'vocabulary', 'tabular'],
  worker: ['domain', 'adapters', 'telemetry', 'vocabulary'],
  client: [],
  cli: ['client'],
  console: ['client'],
};

/** What is used without the rest of the service, and knows not even the ground. */
const APART = ['tabular', 'client', 'cli', 'console'];

/** At the top of the house: they may use every room. */
const TOP = ['main', 'app'];

interface Import {
  readonly from: string;
  readonly to: string;
}

const roomOf = (file: string) => (file.split('/')[0] as string).replace(/\.tsx?$/, '');

async function importsOf(): Promise<Import[]> {
  const imports: Import[] = [];
  for await (const file of glob('**/*.{ts,tsx}', { cwd: SRC })) {
    const text = readFileSync(join(SRC, file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\(|new URL\()\s*'([.#][^']*)'/g)) {
      const to = specifier === '#tabular' ? 'tabular/index.ts' : join(dirname(file), specifier);
      if (/\.tsx?$/.test(to) && !to.startsWith('..')) imports.push({ from: file, to });
    }
  }
  return imports;
}

const imports = await importsOf();

test('imports point one way: no room reads one above it', () => {
  const upward = imports.filter(({ from, to }) => {
    const [own, other] = [roomOf(from), roomOf(to)];
    if (own === other || TOP.includes(own)) return false;
    return !MAY_IMPORT[own]?.includes(other) && (!GROUND.includes(other) || APART.includes(own));
  });
  expect(upward).toEqual([]);
});

test('the engine is entered by its index alone, and knows nobody else', () => {
  const across = imports.filter(
    ({ from, to }) => (roomOf(from) === 'tabular') !== (roomOf(to) === 'tabular'),
  );
  expect(across.filter(({ to }) => to !== 'tabular/index.ts')).toEqual([]);
});

test('no files import each other in a circle, types included', () => {
  const ours = imports.filter(({ from }) => !from.startsWith('client/generated/'));
  const next = Map.groupBy(ours, ({ from }) => from);
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of next.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test('the client runs wherever there is fetch: it needs no package and, but for its one file for Node, no Node', async () => {
  const foreign: string[] = [];
  for await (const file of glob('client/**/*.ts', { cwd: SRC })) {
    const text = readFileSync(join(SRC, file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\()\s*'([^'.][^']*)'/g))
      foreign.push(`${file} ${specifier}`);
  }
  expect(foreign.sort()).toEqual(['client/node.ts node:fs', 'client/node.ts node:path']);
});
