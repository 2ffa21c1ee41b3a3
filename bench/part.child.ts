import { endTied } from '../test/support/tied.ts';
import { loadPart, type PartName } from './parts.ts';
import type { PartResult } from './results.ts';
import { summarise } from './statistics.ts';

/** `node part.child.ts NAME [quick]`: runs one benchmark and sends its result to the parent. */
const [name, quick] = process.argv.slice(2) as [PartName, string | undefined];
const { about, run } = await loadPart(name);
// Children that wait for work keep nobody alive, not even who waits for them.
const awake = setInterval(() => {}, 2 ** 30);
try {
  const { figures, ratios } = await run({ quick: quick !== undefined });
  const result: PartResult = {
    about,
    quick: quick !== undefined,
    measured_at: new Date().toISOString(),
    figures: figures.map(({ values, ...rest }) => ({ ...rest, rounds: values.length, ...summarise(values) })),
    ratios: ratios.map(({ values, ...rest }) => ({ ...rest, rounds: values.length, ...summarise(values) })),
  };
  process.send?.(result);
} finally {
  clearInterval(awake);
  endTied();
  process.disconnect();
}
