import { randomInt } from 'node:crypto';

/** Random numbers of 0 to 1 that come again with the seed that is printed: TEST_SEED=… in the environment. */
export function seededRandom(): () => number {
  const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 32));
  console.info(`TEST_SEED=${seed}`);
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
