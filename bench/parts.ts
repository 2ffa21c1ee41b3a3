import type { Part } from './part.ts';

/** In the order in which they run and are shown. */
export const PARTS = [
  'http',
  'recording',
  'scrape',
  'scrape-under-load',
  'small-jobs',
  'crowd',
  'inspect',
  'upload',
  'predict',
  'growth',
  'console',
] as const;

export type PartName = (typeof PARTS)[number];

export async function loadPart(name: PartName): Promise<Part> {
  const { part } = (await import(`./parts/${name}.ts`)) as { part: Part };
  return part;
}
