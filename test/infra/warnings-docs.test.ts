import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DATASET_WARNINGS, PREDICTION_WARNINGS, RUN_WARNINGS } from '../../src/vocabulary/warnings.ts';

test('docs/warnings.md describes every code that there is, and no other', async () => {
  const text = await readFile(new URL('../../docs/warnings.md', import.meta.url), 'utf8');
  const described = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect(described).toEqual([...DATASET_WARNINGS, ...RUN_WARNINGS, ...PREDICTION_WARNINGS]);
});
