import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PARTS } from '../../bench/parts.ts';
import type { Results } from '../../bench/results.ts';

const project = (path: string) => new URL(`../../${path}`, import.meta.url);

test('every benchmark that there is runs, and has its figures written down', () => {
  const files = readdirSync(project('bench/parts')).map((name) => name.replace(/\.ts$/, ''));
  expect([...PARTS].sort()).toEqual(files.sort());
  const { parts } = JSON.parse(readFileSync(project('docs/benchmarks.json'), 'utf8')) as Results;
  expect(Object.keys(parts).sort()).toEqual(files);
});
